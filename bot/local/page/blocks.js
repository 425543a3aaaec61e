// Blocks: https://docs.slack.dev/reference/block-kit/blocks
import { element, text } from "./elements.js";
import { h } from "./dom.js";
import { mrkdwn } from "./mrkdwn.js";
import { say } from "./words.js";

let serial = 0;

// Draws blocks. `use(block_id, action_id, chosen)` tells the app; `held` are values from before.
// Gives {node, values()} where values() is state.values, and fields by block_id for errors.
export function draw(blocks, { use, held = {}, view = null }) {
  const readers = [];
  const fields = new Map();
  const part = (block, spec, options = {}) => {
    const silent = block.type === "input" && !block.dispatch_action;
    const made = element(spec, {
      use: (action, chosen) => (silent ? Promise.resolve() : use(block.block_id, action, chosen)),
      held: held[block.block_id]?.[spec.action_id],
      view,
      blockId: block.block_id,
      ...options,
    });
    if (made.read) readers.push([block.block_id, spec.action_id, made.read]);
    return made.node;
  };
  const node = h(".blocks", {}, blocks.map((block) => {
    const make = KINDS[block.type];
    const made = make ? make(block, part, fields) : h(".unknown", {}, block.type);
    made.dataset.block = block.block_id || "";
    return made;
  }));
  const values = () => {
    const all = {};
    for (const [block, action, read] of readers) (all[block] ||= {})[action] = read();
    return all;
  };
  return { node, values, fields };
}

const KINDS = {
  section(block, part) {
    const body = h(".section-body", {}, block.text ? h(".text", {}, text(block.text)) : null,
      block.fields ? h(".section-fields", {}, block.fields.map((field) => h(".text", {}, text(field)))) : null);
    return h(".section", {}, body, block.accessory ? h(".accessory", {}, part(block, block.accessory)) : null);
  },
  header: (block) => h("h3.header", {}, text(block.text)),
  divider: () => h("hr"),
  context: (block) => h(".context", {}, block.elements.map((one) =>
    one.type === "image" ? h("img", { src: one.image_url || "", alt: one.alt_text }) : h("span.text", {}, text(one)))),
  actions: (block, part) => h(".actions", {}, block.elements.map((one) => part(block, one))),
  image: (block) => h("figure", {}, block.title ? h("figcaption", {}, text(block.title)) : null, h("img", { src: block.image_url || "", alt: block.alt_text })),
  input(block, part, fields) {
    const id = `label${++serial}`;
    const error = h(".error", { hidden: true, role: "alert" });
    const label = h(".label", { id }, text(block.label), block.optional ? h("span.faint", {}, ` ${say("optional")}`) : null);
    const made = h(".input", {}, label, part(block, block.element, { labelled: id }), error,
      block.hint ? h("small.hint", {}, text(block.hint)) : null);
    fields.set(block.block_id, { node: made, error });
    return made;
  },
  rich_text: (block) => h(".text", {}, block.elements.map(rich)),
  markdown: (block) => h(".text", {}, mrkdwn(block.text.replace(/\*\*(.+?)\*\*/g, "*$1*").replace(/\[([^\]]+)\]\(([^)]+)\)/g, "<$2|$1>"), {})),
  table: (block) => h("table", {}, h("tbody", {}, block.rows.map((row) => h("tr", {}, row.map((cell) => h("td", {}, cell.text || "")))))),
};

function rich(part) {
  if (part.type === "rich_text_list") return h(part.style === "ordered" ? "ol" : "ul", {}, part.elements.map((item) => h("li", {}, rich(item))));
  const tag = { rich_text_preformatted: "pre", rich_text_quote: "blockquote" }[part.type] || "div";
  return h(tag, {}, (part.elements || []).map((one) => {
    if (one.type === "link") return mrkdwn(`<${one.url}|${one.text || one.url}>`);
    if (one.type === "user") return mrkdwn(`<@${one.user_id}>`);
    if (one.type === "channel") return mrkdwn(`<#${one.channel_id}>`);
    if (one.type === "emoji") return mrkdwn(`:${one.name}:`);
    const style = one.style || {};
    const wrap = style.code ? "code" : style.bold ? "b" : style.italic ? "i" : style.strike ? "s" : "span";
    return h(wrap, {}, one.text || "");
  }));
}
