// Renders interactive elements: https://docs.slack.dev/reference/block-kit/block-elements
import { send, showError, upload } from "./api.js";
import { h, popup } from "./dom.js";
import { directory, mrkdwn, plainText } from "./mrkdwn.js";
import { phrase } from "./words.js";

// Renders an element as { node, read }. read() returns its entry in `state.values`; it is null for
// elements that have none, such as buttons.
// `sendAction(action_id, chosen)` tells the app that the element was used. `previous` is the entry it starts
// with. `labelledBy` is the id of the node that labels it.
export function renderElement(element, { sendAction, previous, labelledBy, view, blockId }) {
  const render = ELEMENTS[element.type];
  if (!render) return { node: h("span.unknown", {}, element.type), read: null };
  const rendered = render(element, { sendAction: withConfirmation(element, sendAction), previous, view, blockId });
  const controls = "input, select, textarea, button";
  const control = rendered.node.matches(controls) ? rendered.node : rendered.node.querySelector(controls);
  if (labelledBy && control) {
    const labelled = rendered.node.getAttribute("role") ? rendered.node : control;
    labelled.setAttribute("aria-labelledby", labelledBy);
  }
  return rendered;
}

// Renders a text object, https://docs.slack.dev/reference/block-kit/composition-objects/text-object
export function renderText(object) {
  if (!object) return "";
  return object.type === "mrkdwn" ? mrkdwn(object.text, object) : plainText(object.text, object);
}

const ELEMENTS = {
  button(element, { sendAction }) {
    const classes = element.style ? `button.button.${element.style}` : "button.button";
    const press = async (event) => {
      if (element.url) window.open(element.url, "_blank", "noreferrer,noopener");
      await busy(event.currentTarget, () => sendAction({}));
    };
    const properties = { type: "button", onclick: press };
    if (element.accessibility_label) properties["aria-label"] = element.accessibility_label;
    return { node: h(classes, properties, h("span", {}, renderText(element.text))), read: null };
  },

  overflow(element, { sendAction }) {
    const open = (event) => {
      const anchor = event.currentTarget;
      let close = () => {};
      const choose = (option) => () => {
        close();
        if (option.url) window.open(option.url, "_blank", "noreferrer,noopener");
        busy(anchor, () => sendAction({ selected_option: option }));
      };
      close = popup(
        anchor,
        element.options.map((option) =>
          h("button.choice", { type: "button", role: "menuitem", onclick: choose(option) }, h("span", {}, renderText(option.text)), option.description ? h("small", {}, renderText(option.description)) : null)),
        { menu: true },
      );
    };
    const dots = h("span", { "aria-hidden": "true" }, "⋯");
    return { node: h("button.overflow", { type: "button", "aria-label": phrase("more"), title: phrase("more"), "aria-haspopup": "menu", onclick: open }, dots), read: null };
  },

  static_select: (element, context) => select(element, context, optionGroups(element), "selected_option", element.initial_option?.value, (option) => option),
  users_select: (element, context) => select(element, context, [{ options: userOptions() }], "selected_user", element.initial_user, (option) => option.value),
  channels_select: (element, context) => select(element, context, [{ options: channelOptions() }], "selected_channel", element.initial_channel, (option) => option.value),
  conversations_select: (element, context) => select(element, context, [{ options: channelOptions() }], "selected_conversation", element.initial_conversation, (option) => option.value),
  multi_static_select: (element, context) => multiSelect(element, context, optionGroups(element).flatMap((group) => group.options), "selected_options", (element.initial_options || []).map((option) => option.value), (option) => option),
  multi_users_select: (element, context) => multiSelect(element, context, userOptions(), "selected_users", element.initial_users || [], (option) => option.value),
  multi_channels_select: (element, context) => multiSelect(element, context, channelOptions(), "selected_channels", element.initial_channels || [], (option) => option.value),
  multi_conversations_select: (element, context) => multiSelect(element, context, channelOptions(), "selected_conversations", element.initial_conversations || [], (option) => option.value),
  external_select: externalSelect,

  radio_buttons(element, { sendAction, previous }) {
    const name = `radio${Math.random()}`;
    let chosen = previous?.selected_option ?? element.initial_option ?? null;
    const node = h(".choices", { role: "radiogroup" }, element.options.map((option) =>
      optionRow("radio", option, option.value === chosen?.value, name, () => {
        chosen = option;
        sendAction({ selected_option: option });
      })));
    return { node, read: () => ({ type: element.type, selected_option: chosen }) };
  },

  checkboxes(element, { sendAction, previous }) {
    const chosen = new Set((previous?.selected_options ?? element.initial_options ?? []).map((option) => option.value));
    const now = () => element.options.filter((option) => chosen.has(option.value));
    const node = h(".choices", { role: "group" }, element.options.map((option) =>
      optionRow("checkbox", option, chosen.has(option.value), "", (on) => {
        if (on) chosen.add(option.value);
        else chosen.delete(option.value);
        sendAction({ selected_options: now() });
      })));
    return { node, read: () => ({ type: element.type, selected_options: now() }) };
  },

  datepicker: (element, context) => nativeInput(element, context, "date", "selected_date", element.initial_date),
  timepicker: (element, context) => nativeInput(element, context, "time", "selected_time", element.initial_time),
  datetimepicker(element, { sendAction, previous }) {
    const initial = previous?.selected_date_time ?? element.initial_date_time;
    const node = h("input.field.short", { type: "datetime-local", value: initial ? new Date(initial * 1000).toISOString().slice(0, 16) : "" });
    const read = () => ({ type: element.type, selected_date_time: node.value ? Date.parse(`${node.value}Z`) / 1000 : null });
    node.addEventListener("change", () => sendAction({ selected_date_time: read().selected_date_time }));
    return { node, read };
  },

  plain_text_input: (element, context) => textInput(element, context, element.multiline ? "textarea" : "text"),
  email_text_input: (element, context) => textInput(element, context, "email"),
  url_text_input: (element, context) => textInput(element, context, "url"),
  number_input: (element, context) => textInput(element, context, "text"),

  file_input(element, { previous }) {
    let files = previous?.files || [];
    const note = h("small", {}, files.map((file) => file.name).join(", "));
    const pick = h("input", {
      type: "file",
      multiple: (element.max_files ?? 10) > 1,
      accept: (element.filetypes || []).map((type) => `.${type}`).join(","),
      onchange: async () => {
        note.textContent = phrase("uploading");
        try {
          files = await Promise.all([...pick.files].slice(0, element.max_files ?? 10).map(async (file) => (await upload(file)).file));
          note.textContent = files.map((file) => file.name).join(", ");
        } catch (error) {
          note.textContent = "";
          showError(error);
        }
      },
    });
    return { node: h(".file", {}, pick, note), read: () => ({ type: element.type, files }) };
  },

  image: (element) => ({ node: h("img", { src: element.image_url || "", alt: element.alt_text }), read: null }),
};

// Asks for confirmation before the action is sent, if the element has a confirmation dialog.
function withConfirmation(element, sendAction) {
  return async (chosen) => {
    if (element.confirm && !(await askToConfirm(element.confirm))) return;
    await sendAction(element.action_id, chosen);
  };
}

function askToConfirm(dialog) {
  return new Promise((resolve) => {
    const box = h("dialog.confirm", { onclose: () => { resolve(box.returnValue === "yes"); box.remove(); } },
      h("h2", {}, renderText(dialog.title)),
      h("p", {}, renderText(dialog.text)),
      h("form.buttons", { method: "dialog" },
        h("button.button", { value: "no" }, renderText(dialog.deny)),
        h(`button.button.${dialog.style || "primary"}`, { value: "yes" }, renderText(dialog.confirm))));
    document.body.append(box);
    box.showModal();
  });
}

// Shows a node as busy while asynchronous work runs, and reports its error. Ignores a second press.
export async function busy(node, work) {
  if (node.classList.contains("busy")) return;
  node.classList.add("busy");
  try {
    await work();
  } catch (error) {
    showError(error);
  } finally {
    node.classList.remove("busy");
  }
}

function optionGroups(element) {
  return element.option_groups || [{ options: element.options || [] }];
}

function userOptions() {
  return [...directory.people.values()].map((user) => ({ text: { type: "plain_text", text: user.real_name }, value: user.id }));
}

function channelOptions() {
  return [...directory.channels.values()].filter((channel) => channel.kind === "channel").map((channel) => ({ text: { type: "plain_text", text: `#${channel.name}` }, value: channel.id }));
}

// A menu. `key` names its entry in the state; toValue(option) is what that entry holds for an option.
function select(element, { sendAction, previous }, groups, key, initial, toValue) {
  const stored = previous?.[key];
  const wanted = stored === undefined ? initial : stored?.value ?? stored;
  const options = groups.flatMap((group) => group.options);
  const node = h("select.field.short", {},
    h("option", { value: "", disabled: true, hidden: true, selected: wanted == null }, element.placeholder?.text || phrase("choose")));
  const render = (option) => h("option", { value: option.value, selected: option.value === wanted }, renderText(option.text));
  for (const group of groups) {
    if (group.label) node.append(h("optgroup", { label: group.label.text }, group.options.map(render)));
    else node.append(...group.options.map(render));
  }
  const now = () => {
    const option = options.find((candidate) => candidate.value === node.value);
    return option ? toValue(option) : null;
  };
  node.addEventListener("change", () => sendAction({ [key]: now() }).catch(showError));
  return { node, read: () => ({ type: element.type, [key]: now() }) };
}

// A menu with several choices. Its parameters are those of `select`.
function multiSelect(element, { sendAction, previous }, options, key, initial, toValue) {
  const chosen = new Set((previous?.[key] ?? initial).map((value) => value.value ?? value));
  const now = () => options.filter((option) => chosen.has(option.value)).map(toValue);
  const label = h("span");
  const show = () => {
    const shown = options.filter((option) => chosen.has(option.value));
    label.replaceChildren(...(shown.length ? shown.map((option) => h("span.chip", {}, renderText(option.text))) : [h("span.faint", {}, element.placeholder?.text || phrase("choose"))]));
  };
  const node = h("button.field.multi", {
    type: "button",
    "aria-haspopup": "true",
    onclick: () => popup(node, options.map((option) =>
      optionRow("checkbox", option, chosen.has(option.value), "", (on) => {
        if (on && element.max_selected_items && chosen.size >= element.max_selected_items) return;
        if (on) chosen.add(option.value);
        else chosen.delete(option.value);
        show();
        sendAction({ [key]: now() }).catch(showError);
      }))),
  }, label);
  show();
  return { node, read: () => ({ type: element.type, [key]: now() }) };
}

function externalSelect(element, { sendAction, previous, view, blockId }) {
  let chosen = previous?.selected_option ?? element.initial_option ?? null;
  const list = h(".suggestions");
  const field = h("input.field", { type: "search", placeholder: element.placeholder?.text || phrase("search"), value: chosen?.text.text || "" });
  field.addEventListener("input", async () => {
    if (field.value.length < (element.min_query_length ?? 3)) return;
    try {
      const { options } = await send("suggestions", { view, block_id: blockId, action_id: element.action_id, value: field.value });
      list.replaceChildren(...options.map((option) => h("button.choice", {
        type: "button",
        onclick: () => {
          chosen = option;
          field.value = option.text.text;
          list.replaceChildren();
          sendAction({ selected_option: option }).catch(showError);
        },
      }, renderText(option.text))));
    } catch (error) {
      showError(error);
    }
  });
  return { node: h(".external", {}, field, list), read: () => ({ type: element.type, selected_option: chosen }) };
}

// A date or time, with the browser's own picker.
function nativeInput(element, { sendAction, previous }, kind, key, initial) {
  const node = h("input.field.short", { type: kind, value: previous?.[key] ?? initial ?? "" });
  const read = () => ({ type: element.type, [key]: node.value || null });
  node.addEventListener("change", () => sendAction({ [key]: node.value || null }).catch(showError));
  return { node, read };
}

function textInput(element, { sendAction, previous }, kind) {
  const properties = { placeholder: element.placeholder?.text || "", value: previous?.value ?? element.initial_value ?? "", maxLength: element.max_length ?? 3000 };
  const node = kind === "textarea" ? h("textarea.field", { ...properties, rows: 6 }) : h("input.field", { ...properties, type: kind === "text" ? "text" : kind });
  const triggers = element.dispatch_action_config?.trigger_actions_on || ["on_enter_pressed"];
  if (triggers.includes("on_character_entered")) node.addEventListener("input", () => sendAction({ value: node.value }).catch(showError));
  else node.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.isComposing && kind !== "textarea") sendAction({ value: node.value }).catch(showError);
  });
  return { node, read: () => ({ type: element.type, value: node.value || null }) };
}

// A radio button or checkbox with its label. changed(checked) is called when the user toggles it.
function optionRow(kind, option, checked, name, changed) {
  const box = h("input", { type: kind, checked, name, onchange: () => Promise.resolve(changed(box.checked)).catch(showError) });
  return h("label.option", {}, box, h("span", {}, renderText(option.text), option.description ? h("small", {}, renderText(option.description)) : null));
}
