// Where one writes: completion of commands, people and channels; Enter sends, Shift+Enter breaks the line.
import { Refused, complain, send, upload } from "./api.js";
import { h } from "./dom.js";
import { icons } from "./messages.js";
import { names } from "./mrkdwn.js";
import { known, say } from "./words.js";

const OWN = [
  { name: "/invite", hint: "@name", about: "invite_about" },
  { name: "/remove", hint: "@name", about: "remove_about" },
  { name: "/rename", hint: "name", about: "rename_about" },
  { name: "/leave", hint: "", about: "leave_about" },
  { name: "/archive", hint: "", about: "archive_about" },
];

let serial = 0;

// `failed(command, code)` shows Slackbot's note; `tries` are commands a newcomer may want to try.
export function composer({ channel, thread = null, commands, placeholder, failed, tries = [] }) {
  const listId = `completions${++serial}`;
  const list = h("ul.completions", { id: listId, role: "listbox", hidden: true });
  const area = h("textarea", {
    rows: 1, placeholder, "aria-label": placeholder, autocomplete: "off", spellcheck: false,
    role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": listId,
  });
  const button = h("button.send", { type: "button", "aria-label": say("send"), title: say("send"), disabled: true, onclick: submit }, icons.send());
  // Files wait beside the text until it is sent.
  let files = [];
  const pick = h("input", { type: "file", multiple: true, hidden: true, "aria-label": say("attach"), onchange: () => { attach([...pick.files]); pick.value = ""; } });
  const clip = h("button.bare.attach", { type: "button", "aria-label": say("attach"), title: say("attach"), onclick: () => pick.click() }, icons.plus());
  const waiting = h(".attached", { hidden: true });
  const chips = h(".tries", { hidden: !tries.length }, h("span.faint", {}, say("try")), tries.map((text) =>
    h("button.try", { type: "button", onclick: () => { area.value = text; changed(); area.focus(); list.hidden = true; } }, text)));
  let offered = [], at = 0;

  function changed() {
    area.style.height = "auto";
    area.style.height = `${Math.min(area.scrollHeight, 220)}px`;
    button.disabled = !area.value.trim() && !files.length;
    const before = area.value.slice(0, area.selectionStart);
    const word = before.match(/(^\/\S*|(?:^|\s)[@#]\S*)$/)?.[0].trim();
    offered = word ? completions(word) : [];
    at = 0;
    offer();
  }

  async function attach(picked) {
    try {
      for (const file of picked) files.push((await upload(file)).file);
    } catch (error) {
      complain(error);
    }
    showFiles();
  }

  function showFiles() {
    waiting.hidden = !files.length;
    waiting.replaceChildren(...files.map((file) => h("span.attachment", {}, file.name,
      h("button.bare", { type: "button", "aria-label": say("take_off", { name: file.name }), onclick: () => { files = files.filter((one) => one !== file); showFiles(); } }, icons.close()))));
    changed();
  }

  function completions(word) {
    const rest = word.slice(1).toLowerCase();
    if (word[0] === "/") {
      const all = [...commands.map((one) => ({ ...one, app: true })), ...OWN.map((one) => ({ ...one, about: say(one.about) }))];
      return all.filter((one) => one.name.startsWith(word.toLowerCase()))
        .map((one) => ({ insert: `${one.name} `, label: one.name, hint: one.hint, about: one.about, from: one.app ? say("commands_of_haru") : say("commands_of_slack") }));
    }
    if (word[0] === "@") {
      return [...names.people.values()].filter((one) => one.name.startsWith(rest) || one.real_name.toLowerCase().startsWith(rest))
        .map((one) => ({ insert: `@${one.real_name} `, label: `@${one.real_name}`, hint: "", about: one.is_bot ? say("app") : one.name, from: "" }));
    }
    return [...names.channels.values()].filter((one) => one.kind === "channel" && one.name.startsWith(rest))
      .map((one) => ({ insert: `#${one.name} `, label: `#${one.name}`, hint: "", about: "", from: "" }));
  }

  function offer() {
    list.hidden = !offered.length;
    area.setAttribute("aria-expanded", String(!!offered.length));
    list.replaceChildren(...offered.map((one, place) =>
      h(place === at ? "li.at" : "li", { role: "option", id: `${listId}-${place}`, "aria-selected": String(place === at), onpointerdown: (event) => { event.preventDefault(); take(one); } },
        h(".name", {}, h("b", {}, one.label), " ", h("span.faint", {}, one.hint)), h(".about", {}, h("span", {}, one.about), h("small.faint", {}, one.from)))));
    if (offered.length) area.setAttribute("aria-activedescendant", `${listId}-${at}`);
    else area.removeAttribute("aria-activedescendant");
    list.children[at]?.scrollIntoView({ block: "nearest" });
  }

  function take(one) {
    const before = area.value.slice(0, area.selectionStart).replace(/[/@#]\S*$/, one.insert);
    area.value = before + area.value.slice(area.selectionStart);
    area.selectionStart = area.selectionEnd = before.length;
    offered = [];
    changed();
    area.focus();
  }

  async function submit() {
    const text = area.value, shared = files;
    if (!text.trim() && !shared.length) return;
    area.value = "";
    files = [];
    showFiles();
    offered = [];
    chips.hidden = true;
    changed();
    box.classList.add("waiting");
    const command = text.startsWith("/") && !shared.length ? text.trim().split(/\s/)[0] : null;
    try {
      await send("messages", { channel: channel.id, text: command ? text : text.trim(), thread: thread || undefined, files: shared.map((file) => file.id) });
    } catch (error) {
      if (command && error instanceof Refused) {
        const own = ["unknown_command", "command_in_thread"].includes(error.code);
        if (own || !known(error.code) || ["operation_timeout", "dispatch_failed"].includes(error.code)) failed(command, error.code);
        else complain(error);
      } else {
        complain(error);
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
    // While a Hangul syllable is being composed, Enter belongs to the input method.
    if (event.isComposing || event.keyCode === 229) return;
    if (offered.length && !list.hidden) {
      if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        event.preventDefault();
        at = (at + (event.key === "ArrowDown" ? 1 : -1) + offered.length) % offered.length;
        offer();
        return;
      }
      if (event.key === "Tab" || (event.key === "Enter" && offered[at].insert.trim() !== area.value.trim())) {
        event.preventDefault();
        take(offered[at]);
        return;
      }
      if (event.key === "Escape") {
        event.preventDefault();
        event.stopPropagation();
        offered = [];
        offer();
        return;
      }
    }
    if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      submit();
    }
  });
  const box = h(".box", {}, list, area, waiting, h(".bar", {}, pick, clip, chips, button));
  return { node: box, focus: () => area.focus() };
}
