// Renders the blocks that Haru uses: https://docs.slack.dev/reference/block-kit/blocks
// Any other is shown as its type, in red.
import { renderElement, renderText } from "./elements.js";
import { h } from "./dom.js";
import { phrase } from "./words.js";

let labelCount = 0;

// Renders blocks as { node, values, fields }.
// values() returns the current `state.values`. `fields` maps a block_id to its input's { node, error }.
// `sendAction(block_id, action_id, chosen)` tells the app that an element was used.
// `previous` holds the `state.values` that the elements start with; `view` is the id of the view they are in.
export function renderBlocks(blocks, { sendAction, previous = {}, view = null }) {
  const readers = [];
  const fields = new Map();
  const renderPart = (block, element, options = {}) => {
    // An input block is sent when its modal is submitted, not at each change.
    const waits = block.type === "input" && !block.dispatch_action;
    const part = renderElement(element, {
      sendAction: (action, chosen) => (waits ? Promise.resolve() : sendAction(block.block_id, action, chosen)),
      previous: previous[block.block_id]?.[element.action_id],
      view,
      blockId: block.block_id,
      ...options,
    });
    if (part.read) readers.push([block.block_id, element.action_id, part.read]);
    return part.node;
  };
  const node = h(".blocks", {}, blocks.map((block) => {
    const render = BLOCKS[block.type];
    const rendered = render ? render(block, renderPart, fields) : h(".unknown", {}, block.type);
    rendered.dataset.block = block.block_id || "";
    return rendered;
  }));
  const values = () => {
    const current = {};
    for (const [block, action, read] of readers) (current[block] ||= {})[action] = read();
    return current;
  };
  return { node, values, fields };
}

const BLOCKS = {
  section(block, renderPart) {
    const body = h(".section-body", {}, block.text ? h(".text", {}, renderText(block.text)) : null,
      block.fields ? h(".section-fields", {}, block.fields.map((field) => h(".text", {}, renderText(field)))) : null);
    return h(".section", {}, body, block.accessory ? h(".accessory", {}, renderPart(block, block.accessory)) : null);
  },
  header: (block) => h("h3.header", {}, renderText(block.text)),
  divider: () => h("hr"),
  context: (block) => h(".context", {}, block.elements.map((element) =>
    element.type === "image" ? h("img", { src: element.image_url || "", alt: element.alt_text }) : h("span.text", {}, renderText(element)))),
  actions: (block, renderPart) => h(".actions", {}, block.elements.map((element) => renderPart(block, element))),
  image: (block) => h("figure", {}, block.title ? h("figcaption", {}, renderText(block.title)) : null, h("img", { src: block.image_url || "", alt: block.alt_text })),
  input(block, renderPart, fields) {
    const id = `label${++labelCount}`;
    const error = h(".error", { hidden: true, role: "alert" });
    const label = h(".label", { id }, renderText(block.label), block.optional ? h("span.faint", {}, ` ${phrase("optional")}`) : null);
    const node = h(".input", {}, label, renderPart(block, block.element, { labelledBy: id }), error,
      block.hint ? h("small.hint", {}, renderText(block.hint)) : null);
    fields.set(block.block_id, { node, error });
    return node;
  },
};
