// Shows the topmost modal of the user's stack. An update of the same modal keeps what the user has entered.
import { get, send, showError } from "./api.js";
import { renderBlocks } from "./blocks.js";
import { busy, renderText } from "./elements.js";
import { h } from "./dom.js";
import { icons } from "./messages.js";
import { phrase } from "./words.js";

const container = document.getElementById("modals");
let shown = null;
let focusBefore = null;

export async function refreshModals() {
  const { views } = await get("views");
  const top = views.at(-1);
  if (!top) return hideModal();
  if (shown?.view.id === top.id && shown.view.hash === top.hash) return;
  const previous = shown?.view.id === top.id ? shown.blocks.values() : top.state?.values || {};
  const scrolled = shown?.view.id === top.id ? container.querySelector(".modal-body")?.scrollTop : 0;
  if (!shown) focusBefore = document.activeElement;
  open(top, previous, views.length > 1);
  container.querySelector(".modal-body").scrollTop = scrolled || 0;
}

export function hideModal() {
  if (!shown) return;
  shown = null;
  container.replaceChildren();
  document.getElementById("page").inert = false;
  focusBefore?.focus?.();
}

function open(view, previous, isNested) {
  const blocks = renderBlocks(view.blocks, {
    previous,
    view: view.id,
    sendAction: (block_id, action_id, chosen) => send("actions", { view: view.id, block_id, action_id, chosen, values: blocks.values() }),
  });
  const close = (everything) => send("closings", { view: view.id, everything }).catch(showError);
  const submit = (event) => busy(event.currentTarget, () => submitValues(view, blocks));
  const box = h(".modal", { role: "dialog", "aria-modal": "true", "aria-labelledby": "modal-title", tabIndex: -1 },
    h("header", {},
      isNested ? h("button.bare", { type: "button", "aria-label": phrase("back"), onclick: () => close(false) }, "‹") : null,
      h("h2", { id: "modal-title" }, renderText(view.title)),
      h("button.bare.x", { type: "button", "aria-label": phrase("close"), onclick: () => close(true) }, icons.close())),
    h(".modal-body", {}, blocks.node),
    h("footer", {},
      h("button.button", { type: "button", onclick: () => close(false) }, view.close ? renderText(view.close) : phrase(view.submit ? "cancel" : "close")),
      view.submit ? h("button.button.primary", { type: "button", onclick: submit }, renderText(view.submit)) : null));
  box.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !document.querySelector(".popup, dialog[open]")) {
      event.preventDefault();
      close(false);
    }
  });
  shown = { view, blocks };
  container.replaceChildren(h(".shade", { onpointerdown: (event) => { if (event.target.classList.contains("shade")) close(true); } }, box));
  document.getElementById("page").inert = true;
  (box.querySelector(".modal-body .input:first-child :is(input[type=text], textarea)") || box).focus({ preventScroll: true });
}

async function submitValues(view, blocks) {
  for (const { node, error } of blocks.fields.values()) {
    node.classList.remove("wrong");
    error.hidden = true;
  }
  const { errors } = await send("submissions", { view: view.id, values: blocks.values() });
  let first = null;
  for (const [block, wrong] of Object.entries(errors)) {
    const field = blocks.fields.get(block);
    if (!field) continue;
    field.node.classList.add("wrong");
    field.error.textContent = typeof wrong === "string" ? wrong : phrase(wrong.code, wrong);
    field.error.hidden = false;
    first ||= field.node;
  }
  first?.scrollIntoView({ block: "nearest", behavior: "smooth" });
  first?.querySelector("input, select, textarea")?.focus({ preventScroll: true });
}
