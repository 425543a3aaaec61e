// Modals: the topmost of the person's stack. What was typed stays when a view is updated in place.
import { complain, get, send } from "./api.js";
import { draw } from "./blocks.js";
import { busy, text } from "./elements.js";
import { h } from "./dom.js";
import { icons } from "./messages.js";
import { say } from "./words.js";

const place = document.getElementById("modals");
let shown = null;
let before = null;

export async function refreshViews() {
  const { views } = await get("views");
  const top = views.at(-1);
  if (!top) return hide();
  if (shown?.view.id === top.id && shown.view.hash === top.hash) return;
  const held = shown?.view.id === top.id ? shown.drawn.values() : top.state?.values || {};
  const scrolled = shown?.view.id === top.id ? place.querySelector(".modal-body")?.scrollTop : 0;
  if (!shown) before = document.activeElement;
  open(top, held, views.length > 1);
  place.querySelector(".modal-body").scrollTop = scrolled || 0;
}

export function hide() {
  if (!shown) return;
  shown = null;
  place.replaceChildren();
  document.getElementById("page").inert = false;
  before?.focus?.();
}

function open(view, held, nested) {
  const drawn = draw(view.blocks, {
    held,
    view: view.id,
    use: (block_id, action_id, chosen) => send("actions", { view: view.id, block_id, action_id, chosen, values: drawn.values() }),
  });
  const shut = (everything) => send("closings", { view: view.id, everything }).catch(complain);
  const submit = (event) => busy(event.currentTarget, () => submitted(view, drawn));
  const box = h(".modal", { role: "dialog", "aria-modal": "true", "aria-labelledby": "modal-title", tabIndex: -1 },
    h("header", {},
      nested ? h("button.bare", { type: "button", "aria-label": say("back"), onclick: () => shut(false) }, "‹") : null,
      h("h2", { id: "modal-title" }, text(view.title)),
      h("button.bare.x", { type: "button", "aria-label": say("close"), onclick: () => shut(true) }, icons.close())),
    h(".modal-body", {}, drawn.node),
    h("footer", {},
      h("button.button", { type: "button", onclick: () => shut(false) }, view.close ? text(view.close) : say(view.submit ? "cancel" : "close")),
      view.submit ? h("button.button.primary", { type: "button", onclick: submit }, text(view.submit)) : null));
  box.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !document.querySelector(".popup, dialog[open]")) {
      event.preventDefault();
      shut(false);
    }
  });
  shown = { view, drawn };
  place.replaceChildren(h(".shade", { onpointerdown: (event) => { if (event.target.classList.contains("shade")) shut(true); } }, box));
  document.getElementById("page").inert = true;
  (box.querySelector(".modal-body .input:first-child :is(input[type=text], textarea)") || box).focus({ preventScroll: true });
}

async function submitted(view, drawn) {
  for (const { node, error } of drawn.fields.values()) {
    node.classList.remove("wrong");
    error.hidden = true;
  }
  const { errors } = await send("submissions", { view: view.id, values: drawn.values() });
  let first = null;
  for (const [block, wrong] of Object.entries(errors)) {
    const field = drawn.fields.get(block);
    if (!field) continue;
    field.node.classList.add("wrong");
    field.error.textContent = typeof wrong === "string" ? wrong : say(wrong.code, wrong);
    field.error.hidden = false;
    first ||= field.node;
  }
  first?.scrollIntoView({ block: "nearest", behavior: "smooth" });
  first?.querySelector("input, select, textarea")?.focus({ preventScroll: true });
}
