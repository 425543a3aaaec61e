// The box in which a user writes. It completes commands, people and channels.
// Enter sends, Shift+Enter starts a new line.
import { RefusedError, send, showError, upload } from "./api.js";
import { h } from "./dom.js";
import { icons } from "./messages.js";
import { directory } from "./mrkdwn.js";
import { hasPhrase, phrase } from "./words.js";

const SLACK_COMMANDS = [
  { name: "/invite", hint: "@name", about: "invite_about" },
  { name: "/remove", hint: "@name", about: "remove_about" },
  { name: "/rename", hint: "name", about: "rename_about" },
  { name: "/leave", hint: "", about: "leave_about" },
  { name: "/archive", hint: "", about: "archive_about" },
];

// The errors that Slackbot reports in the channel. The page reports the others.
const COMMAND_ERRORS = ["unknown_command", "command_in_thread", "operation_timeout", "dispatch_failed", "invalid_json_response"];

let composerCount = 0;

// Makes a composer for a channel or a thread, as { node, focus }.
// `showCommandError(command, code)` shows that a command failed. `examples` are texts for a newcomer to try.
export function composer({ channel, thread = null, commands, placeholder, showCommandError, examples = [] }) {
  const listId = `completions${++composerCount}`;
  const list = h("ul.completions", { id: listId, role: "listbox", hidden: true });
  const area = h("textarea", {
    rows: 1, placeholder, "aria-label": placeholder, autocomplete: "off", spellcheck: false,
    role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": listId,
  });
  const button = h("button.send", { type: "button", "aria-label": phrase("send"), title: phrase("send"), disabled: true, onclick: submit }, icons.send());
  // Files are uploaded when they are chosen, and shared when the text is sent.
  let files = [];
  const pick = h("input", { type: "file", multiple: true, hidden: true, "aria-label": phrase("attach"), onchange: () => { attach([...pick.files]); pick.value = ""; } });
  const attachButton = h("button.bare.attach", { type: "button", "aria-label": phrase("attach"), title: phrase("attach"), onclick: () => pick.click() }, icons.plus());
  const attachments = h(".attached", { hidden: true });
  const exampleRow = h(".tries", { hidden: !examples.length }, h("span.faint", {}, phrase("try")), examples.map((text) =>
    h("button.try", { type: "button", onclick: () => { area.value = text; changed(); area.focus(); list.hidden = true; } }, text)));
  let completions = [], selected = 0;

  function changed() {
    area.style.height = "auto";
    area.style.height = `${Math.min(area.scrollHeight, 220)}px`;
    button.disabled = !area.value.trim() && !files.length;
    const before = area.value.slice(0, area.selectionStart);
    const word = before.match(/(^\/\S*|(?:^|\s)[@#]\S*)$/)?.[0].trim();
    completions = word ? findCompletions(word) : [];
    selected = 0;
    showCompletions();
  }

  async function attach(picked) {
    try {
      for (const file of picked) files.push((await upload(file)).file);
    } catch (error) {
      showError(error);
    }
    showFiles();
  }

  function showFiles() {
    attachments.hidden = !files.length;
    attachments.replaceChildren(...files.map((file) => h("span.attachment", {}, file.name,
      h("button.bare", { type: "button", "aria-label": phrase("remove_file", { name: file.name }), onclick: () => { files = files.filter((other) => other !== file); showFiles(); } }, icons.close()))));
    changed();
  }

  function findCompletions(word) {
    const rest = word.slice(1).toLowerCase();
    if (word[0] === "/") {
      const all = [...commands.map((command) => ({ ...command, app: true })), ...SLACK_COMMANDS.map((command) => ({ ...command, about: phrase(command.about) }))];
      return all.filter((command) => command.name.startsWith(word.toLowerCase()))
        .map((command) => ({ insert: `${command.name} `, label: command.name, hint: command.hint, about: command.about, from: command.app ? phrase("commands_of_haru") : phrase("commands_of_slack") }));
    }
    if (word[0] === "@") {
      return [...directory.people.values()].filter((user) => user.name.startsWith(rest) || user.real_name.toLowerCase().startsWith(rest))
        .map((user) => ({ insert: `@${user.real_name} `, label: `@${user.real_name}`, hint: "", about: user.is_bot ? phrase("app") : user.name, from: "" }));
    }
    return [...directory.channels.values()].filter((channel) => channel.kind === "channel" && channel.name.startsWith(rest))
      .map((channel) => ({ insert: `#${channel.name} `, label: `#${channel.name}`, hint: "", about: "", from: "" }));
  }

  function showCompletions() {
    list.hidden = !completions.length;
    area.setAttribute("aria-expanded", String(!!completions.length));
    list.replaceChildren(...completions.map((completion, index) =>
      h(index === selected ? "li.selected" : "li", { role: "option", id: `${listId}-${index}`, "aria-selected": String(index === selected), onpointerdown: (event) => { event.preventDefault(); accept(completion); } },
        h(".name", {}, h("b", {}, completion.label), " ", h("span.faint", {}, completion.hint)), h(".about", {}, h("span", {}, completion.about), h("small.faint", {}, completion.from)))));
    if (completions.length) area.setAttribute("aria-activedescendant", `${listId}-${selected}`);
    else area.removeAttribute("aria-activedescendant");
    list.children[selected]?.scrollIntoView({ block: "nearest" });
  }

  function accept(completion) {
    const before = area.value.slice(0, area.selectionStart).replace(/[/@#]\S*$/, completion.insert);
    area.value = before + area.value.slice(area.selectionStart);
    area.selectionStart = area.selectionEnd = before.length;
    completions = [];
    changed();
    area.focus();
  }

  async function submit() {
    const text = area.value, shared = files;
    if (!text.trim() && !shared.length) return;
    area.value = "";
    files = [];
    showFiles();
    completions = [];
    exampleRow.hidden = true;
    changed();
    box.classList.add("waiting");
    const command = text.startsWith("/") && !shared.length ? text.trim().split(/\s/)[0] : null;
    try {
      await send("messages", { channel: channel.id, text: command ? text : text.trim(), thread: thread || undefined, files: shared.map((file) => file.id) });
    } catch (error) {
      if (command && error instanceof RefusedError) {
        if (COMMAND_ERRORS.includes(error.code) || !hasPhrase(error.code)) showCommandError(command, error.code);
        else showError(error);
      } else {
        showError(error);
        area.value = text;
        files = shared;
        showFiles();
      }
    } finally {
      box.classList.remove("waiting");
    }
  }

  area.addEventListener("input", changed);
  area.addEventListener("blur", () => { list.hidden = true; });
  area.addEventListener("keydown", (event) => {
    // While the input method composes a Hangul syllable, Enter completes that syllable.
    if (event.isComposing || event.keyCode === 229) return;
    if (completions.length && !list.hidden) {
      if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        event.preventDefault();
        selected = (selected + (event.key === "ArrowDown" ? 1 : -1) + completions.length) % completions.length;
        showCompletions();
        return;
      }
      if (event.key === "Tab" || (event.key === "Enter" && completions[selected].insert.trim() !== area.value.trim())) {
        event.preventDefault();
        accept(completions[selected]);
        return;
      }
      if (event.key === "Escape") {
        event.preventDefault();
        event.stopPropagation();
        completions = [];
        showCompletions();
        return;
      }
    }
    if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      submit();
    }
  });
  const box = h(".box", {}, list, area, attachments, h(".bar", {}, pick, attachButton, exampleRow, button));
  return { node: box, focus: () => area.focus() };
}
