// Interactive elements: https://docs.slack.dev/reference/block-kit/block-elements
import { complain, send, upload } from "./api.js";
import { h, popup } from "./dom.js";
import { mrkdwn, names, plainText } from "./mrkdwn.js";
import { say } from "./words.js";

// Gives {node, read}: read() is the element's entry in state.values, or null where it has none.
// `use(action_id, chosen)` tells the app; `held` is what the element held before.
export function element(spec, { use, held, labelled, view, blockId }) {
  const make = KINDS[spec.type];
  if (!make) return { node: h("span.unknown", {}, spec.type), read: null };
  const made = make(spec, { use: guarded(spec, use), held, view, blockId });
  const field = made.node.matches("input, select, textarea, button") ? made.node : made.node.querySelector("input, select, textarea, button");
  if (labelled && field) {
    if (made.node.getAttribute("role")) made.node.setAttribute("aria-labelledby", labelled);
    else field.setAttribute("aria-labelledby", labelled);
  }
  return made;
}

export function text(object) {
  if (!object) return "";
  return object.type === "mrkdwn" ? mrkdwn(object.text, object) : plainText(object.text, object);
}

const KINDS = {
  button(spec, { use }) {
    const classes = spec.style ? `button.button.${spec.style}` : "button.button";
    const press = async (event) => {
      if (spec.url) window.open(spec.url, "_blank", "noreferrer,noopener");
      await busy(event.currentTarget, () => use({}));
    };
    const facts = { type: "button", onclick: press };
    if (spec.accessibility_label) facts["aria-label"] = spec.accessibility_label;
    return { node: h(classes, facts, h("span", {}, text(spec.text))), read: null };
  },

  overflow(spec, { use }) {
    const open = (event) => {
      const anchor = event.currentTarget;
      let shut = () => {};
      const choose = (option) => () => {
        shut();
        if (option.url) window.open(option.url, "_blank", "noreferrer,noopener");
        busy(anchor, () => use({ selected_option: option }));
      };
      shut = popup(
        anchor,
        spec.options.map((option) =>
          h("button.choice", { type: "button", role: "menuitem", onclick: choose(option) }, h("span", {}, text(option.text)), option.description ? h("small", {}, text(option.description)) : null)),
        { menu: true },
      );
    };
    const dots = h("span", { "aria-hidden": "true" }, "⋯");
    return { node: h("button.overflow", { type: "button", "aria-label": say("more"), title: say("more"), "aria-haspopup": "menu", onclick: open }, dots), read: null };
  },

  static_select: (spec, context) => select(spec, context, groups(spec), "selected_option", spec.initial_option?.value, (option) => option),
  users_select: (spec, context) => select(spec, context, [{ options: people() }], "selected_user", spec.initial_user, (option) => option.value),
  channels_select: (spec, context) => select(spec, context, [{ options: channels() }], "selected_channel", spec.initial_channel, (option) => option.value),
  conversations_select: (spec, context) => select(spec, context, [{ options: channels() }], "selected_conversation", spec.initial_conversation, (option) => option.value),
  multi_static_select: (spec, context) => several(spec, context, groups(spec).flatMap((group) => group.options), "selected_options", (spec.initial_options || []).map((one) => one.value), (option) => option),
  multi_users_select: (spec, context) => several(spec, context, people(), "selected_users", spec.initial_users || [], (option) => option.value),
  multi_channels_select: (spec, context) => several(spec, context, channels(), "selected_channels", spec.initial_channels || [], (option) => option.value),
  multi_conversations_select: (spec, context) => several(spec, context, channels(), "selected_conversations", spec.initial_conversations || [], (option) => option.value),
  external_select: external,

  radio_buttons(spec, { use, held }) {
    const name = `radio${Math.random()}`;
    let chosen = held?.selected_option ?? spec.initial_option ?? null;
    const node = h(".choices", { role: "radiogroup" }, spec.options.map((option) =>
      choice("radio", option, option.value === chosen?.value, name, () => {
        chosen = option;
        use({ selected_option: option });
      })));
    return { node, read: () => ({ type: spec.type, selected_option: chosen }) };
  },

  checkboxes(spec, { use, held }) {
    const chosen = new Set((held?.selected_options ?? spec.initial_options ?? []).map((one) => one.value));
    const now = () => spec.options.filter((option) => chosen.has(option.value));
    const node = h(".choices", { role: "group" }, spec.options.map((option) =>
      choice("checkbox", option, chosen.has(option.value), "", (on) => {
        if (on) chosen.add(option.value);
        else chosen.delete(option.value);
        use({ selected_options: now() });
      })));
    return { node, read: () => ({ type: spec.type, selected_options: now() }) };
  },

  datepicker: (spec, context) => native(spec, context, "date", "selected_date", spec.initial_date),
  timepicker: (spec, context) => native(spec, context, "time", "selected_time", spec.initial_time),
  datetimepicker(spec, { use, held }) {
    const initial = held?.selected_date_time ?? spec.initial_date_time;
    const node = h("input.field.short", { type: "datetime-local", value: initial ? new Date(initial * 1000).toISOString().slice(0, 16) : "" });
    const read = () => ({ type: spec.type, selected_date_time: node.value ? Date.parse(`${node.value}Z`) / 1000 : null });
    node.addEventListener("change", () => use({ selected_date_time: read().selected_date_time }));
    return { node, read };
  },

  plain_text_input: (spec, context) => written(spec, context, spec.multiline ? "textarea" : "text"),
  email_text_input: (spec, context) => written(spec, context, "email"),
  url_text_input: (spec, context) => written(spec, context, "url"),
  number_input: (spec, context) => written(spec, context, "text"),

  file_input(spec, { held }) {
    let files = held?.files || [];
    const note = h("small", {}, files.map((file) => file.name).join(", "));
    const pick = h("input", {
      type: "file",
      multiple: (spec.max_files ?? 10) > 1,
      accept: (spec.filetypes || []).map((type) => `.${type}`).join(","),
      onchange: async () => {
        note.textContent = say("sent_file");
        try {
          files = await Promise.all([...pick.files].slice(0, spec.max_files ?? 10).map(async (file) => (await upload(file)).file));
          note.textContent = files.map((file) => file.name).join(", ");
        } catch (error) {
          note.textContent = "";
          complain(error);
        }
      },
    });
    return { node: h(".file", {}, pick, note), read: () => ({ type: spec.type, files }) };
  },

  image: (spec) => ({ node: h("img", { src: spec.image_url || "", alt: spec.alt_text }), read: null }),
};

function guarded(spec, use) {
  return async (chosen) => {
    if (spec.confirm && !(await confirmed(spec.confirm))) return;
    await use(spec.action_id, chosen);
  };
}

function confirmed(spec) {
  return new Promise((resolve) => {
    const box = h("dialog.confirm", { onclose: () => { resolve(box.returnValue === "yes"); box.remove(); } },
      h("h2", {}, text(spec.title)),
      h("p", {}, text(spec.text)),
      h("form.buttons", { method: "dialog" },
        h("button.button", { value: "no" }, text(spec.deny)),
        h(`button.button.${spec.style || "primary"}`, { value: "yes" }, text(spec.confirm))));
    document.body.append(box);
    box.showModal();
  });
}

export async function busy(node, work) {
  if (node.classList.contains("busy")) return;
  node.classList.add("busy");
  try {
    await work();
  } catch (error) {
    complain(error);
  } finally {
    node.classList.remove("busy");
  }
}

function groups(spec) {
  return spec.option_groups || [{ options: spec.options || [] }];
}

function people() {
  return [...names.people.values()].map((one) => ({ text: { type: "plain_text", text: one.real_name }, value: one.id }));
}

function channels() {
  return [...names.channels.values()].filter((one) => one.kind === "channel").map((one) => ({ text: { type: "plain_text", text: `#${one.name}` }, value: one.id }));
}

function select(spec, { use, held }, all, key, initial, kept) {
  const before = held?.[key];
  const wanted = before === undefined ? initial : before?.value ?? before;
  const options = all.flatMap((group) => group.options);
  const node = h("select.field.short", {},
    h("option", { value: "", disabled: true, hidden: true, selected: wanted == null }, spec.placeholder?.text || say("choose")));
  const make = (option) => h("option", { value: option.value, selected: option.value === wanted }, text(option.text));
  for (const group of all) {
    if (group.label) node.append(h("optgroup", { label: group.label.text }, group.options.map(make)));
    else node.append(...group.options.map(make));
  }
  const now = () => {
    const option = options.find((one) => one.value === node.value);
    return option ? kept(option) : null;
  };
  node.addEventListener("change", () => use({ [key]: now() }).catch(complain));
  return { node, read: () => ({ type: spec.type, [key]: now() }) };
}

function several(spec, { use, held }, options, key, initial, kept) {
  const chosen = new Set((held?.[key] ?? initial).map((one) => one.value ?? one));
  const now = () => options.filter((option) => chosen.has(option.value)).map(kept);
  const label = h("span");
  const show = () => {
    const shown = options.filter((option) => chosen.has(option.value));
    label.replaceChildren(...(shown.length ? shown.map((option) => h("span.chip", {}, text(option.text))) : [h("span.faint", {}, spec.placeholder?.text || say("choose"))]));
  };
  const node = h("button.field.several", {
    type: "button",
    "aria-haspopup": "true",
    onclick: () => popup(node, options.map((option) =>
      choice("checkbox", option, chosen.has(option.value), "", (on) => {
        if (on && spec.max_selected_items && chosen.size >= spec.max_selected_items) return;
        if (on) chosen.add(option.value);
        else chosen.delete(option.value);
        show();
        use({ [key]: now() }).catch(complain);
      }))),
  }, label);
  show();
  return { node, read: () => ({ type: spec.type, [key]: now() }) };
}

function external(spec, { use, held, view, blockId }) {
  let chosen = held?.selected_option ?? spec.initial_option ?? null;
  const list = h(".suggestions");
  const field = h("input.field", { type: "search", placeholder: spec.placeholder?.text || say("search"), value: chosen?.text.text || "" });
  field.addEventListener("input", async () => {
    if (field.value.length < (spec.min_query_length ?? 3)) return;
    try {
      const { options } = await send("suggestions", { view, block_id: blockId, action_id: spec.action_id, value: field.value });
      list.replaceChildren(...options.map((option) => h("button.choice", {
        type: "button",
        onclick: () => {
          chosen = option;
          field.value = option.text.text;
          list.replaceChildren();
          use({ selected_option: option }).catch(complain);
        },
      }, text(option.text))));
    } catch (error) {
      complain(error);
    }
  });
  return { node: h(".external", {}, field, list), read: () => ({ type: spec.type, selected_option: chosen }) };
}

function native(spec, { use, held }, kind, key, initial) {
  const node = h("input.field.short", { type: kind, value: held?.[key] ?? initial ?? "" });
  const read = () => ({ type: spec.type, [key]: node.value || null });
  node.addEventListener("change", () => use({ [key]: node.value || null }).catch(complain));
  return { node, read };
}

function written(spec, { use, held }, kind) {
  const facts = { placeholder: spec.placeholder?.text || "", value: held?.value ?? spec.initial_value ?? "", maxLength: spec.max_length ?? 3000 };
  const node = kind === "textarea" ? h("textarea.field", { ...facts, rows: 6 }) : h("input.field", { ...facts, type: kind === "text" ? "text" : kind });
  const on = spec.dispatch_action_config?.trigger_actions_on || ["on_enter_pressed"];
  if (on.includes("on_character_entered")) node.addEventListener("input", () => use({ value: node.value }).catch(complain));
  else node.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.isComposing && kind !== "textarea") use({ value: node.value }).catch(complain);
  });
  return { node, read: () => ({ type: spec.type, value: node.value || null }) };
}

function choice(kind, option, on, name, changed) {
  const box = h("input", { type: kind, checked: on, name, onchange: () => Promise.resolve(changed(box.checked)).catch(complain) });
  return h("label.option", {}, box, h("span", {}, text(option.text), option.description ? h("small", {}, text(option.description)) : null));
}


