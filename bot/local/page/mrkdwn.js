// Renders Slack's mrkdwn: https://docs.slack.dev/messaging/formatting-message-text
// As in Slack, bold, italic and strike need a word boundary on both sides, so *굵게*는 is not bold.
import { h } from "./dom.js";
import { EMOJI } from "./emoji.js";
import { LOCALE } from "./words.js";

// What names and times in a text are resolved against: users, channels, the current user and their time zone.
export const directory = { people: new Map(), channels: new Map(), me: "", zone: "UTC", openChannel: () => {} };

export function plainText(text, { emoji = true } = {}) {
  const node = document.createDocumentFragment();
  // Slack stores plain_text with &, < and > escaped, whether or not the app escaped them.
  node.append(...withLineBreaks(unescape(emoji ? emojify(text) : text)));
  return node;
}

export function mrkdwn(text, { verbatim = false } = {}) {
  const nodes = document.createDocumentFragment();
  const parts = text.split(/```\n?([\s\S]*?)\n?```/);
  parts.forEach((part, index) => {
    if (index % 2) nodes.append(h("pre", {}, unescape(part.replace(/<([^>|]+)(\|([^>]*))?>/g, (_, url, __, label) => label || url))));
    else if (part) nodes.append(...renderLines(index ? part.replace(/^\n/, "") : part, verbatim));
  });
  return nodes;
}

// Renders the lines of a text outside code blocks: quotes, bullets and plain lines.
function renderLines(text, verbatim) {
  const nodes = [];
  let quoted = null;
  const all = text.split("\n");
  all.forEach((line) => {
    const quote = line.match(/^(?:&gt;|>)\s?(.*)$/);
    const bullet = line.match(/^(\s*)(?:•|◦|▪︎)\s+(.*)$/);
    if (quote) {
      if (!quoted) nodes.push((quoted = h("blockquote")));
      else quoted.append(h("br"));
      quoted.append(...renderInline(quote[1], verbatim));
      return;
    }
    if (quoted) quoted = null;
    else if (line === "") {
      nodes.push(h("span.gap"));
      return;
    } else if (nodes.length && !nodes.at(-1).classList?.contains("gap") && !nodes.at(-1).classList?.contains("bullet")) nodes.push(h("br"));
    if (bullet) nodes.push(h("span.bullet", {}, "• ", ...renderInline(bullet[2], verbatim)));
    else nodes.push(...renderInline(line, verbatim));
  });
  return nodes;
}

// Private-use characters around the number of a node that already stands for a part of the text.
const OPEN = "\uE000", CLOSE = "\uE001";

// Renders one line. Code, links and mentions become nodes first, so that no style is looked for inside them.
function renderInline(text, verbatim) {
  const nodes = [];
  const keep = (node) => `${OPEN}${nodes.push(node) - 1}${CLOSE}`;
  let rest = text
    .replace(/`([^`\n]+)`/g, (_, code) => keep(h("code", {}, unescape(code.replace(/<([^>|]+)(\|([^>]*))?>/g, (all, url, __, label) => label || url)))))
    .replace(/<([^<>\n]+)>/g, (all, inside) => keep(renderToken(inside)));
  if (!verbatim) {
    rest = rest.replace(/\bhttps?:\/\/[^\s\uE000]+[^\s\uE000.,!?;:)\]'"]/g, (url) => keep(renderLink(unescape(url), unescape(url))));
    rest = rest.replace(/(^|\s)@(here|channel|everyone)\b/g, (_, before, whom) => before + keep(h("span.mention", {}, `@${whom}`)));
  }
  rest = emojify(rest);
  return renderStyles(rest, nodes);
}

const STYLES = [["*", "b"], ["_", "i"], ["~", "s"]];

function renderStyles(text, nodes) {
  for (const [mark, tag] of STYLES) {
    const m = mark === "*" ? "\\*" : mark;
    const found = text.match(new RegExp(`(^|[^\\p{L}\\p{N}${m}])${m}(?!\\s)([^${m}]*?[^\\s${m}])${m}(?![\\p{L}\\p{N}])`, "u"));
    if (found) {
      const at = found.index + found[1].length;
      const end = found.index + found[0].length;
      return [
        ...renderStyles(text.slice(0, at), nodes),
        h(tag, {}, ...renderStyles(found[2], nodes)),
        ...renderStyles(text.slice(end), nodes),
      ];
    }
  }
  return text.split(/(\uE000\d+\uE001)/).filter(Boolean).flatMap((piece) => {
    const number = piece.match(/^\uE000(\d+)\uE001$/);
    return number ? [nodes[Number(number[1])]] : [unescape(piece)];
  });
}

// Renders what stands in angle brackets: a mention, a date or a link.
function renderToken(inside) {
  const bar = inside.indexOf("|");
  const target = bar < 0 ? inside : inside.slice(0, bar);
  const label = bar < 0 ? "" : unescape(inside.slice(bar + 1));
  if (target.startsWith("@")) {
    const person = directory.people.get(target.slice(1));
    const mine = target.slice(1) === directory.me;
    return h(mine ? "span.mention.mine" : "span.mention", {}, `@${person ? person.real_name : label || target.slice(1)}`);
  }
  if (target.startsWith("#")) {
    const id = target.slice(1);
    const name = directory.channels.get(id)?.name || label || id;
    return h("button.mention", { type: "button", onclick: () => directory.openChannel(id) }, `#${name}`);
  }
  if (target.startsWith("!date^")) return renderDate(target, label);
  if (target.startsWith("!")) return h("span.mention", {}, label || `@${target.slice(1)}`);
  return renderLink(unescape(target), label || unescape(target));
}

function renderLink(url, label) {
  if (!/^(https?|mailto):/i.test(url)) return document.createTextNode(label);
  const node = h("a", { href: url, target: "_blank", rel: "noreferrer noopener" }, emojify(label));
  if (permalink(url)) node.removeAttribute("target");
  return node;
}

// The channel, ts and thread of a link to a message in this workspace, or null for any other link.
// The port is ignored, since it may differ from that of the run in which the link was nodes.
export function permalink(url) {
  const found = url.match(/^https?:\/\/(?:127\.0\.0\.1|localhost|\[::1\])(?::\d+)?\/archives\/(\w+)\/p(\d+)(\d{6})(?:\?|$)/);
  if (!found) return null;
  return { channel: found[1], ts: `${found[2]}.${found[3]}`, thread: new URL(url).searchParams.get("thread_ts") };
}

// https://docs.slack.dev/messaging/formatting-message-text#date-formatting
const DATES = {
  date_num: { year: "numeric", month: "2-digit", day: "2-digit" },
  date_slash: { year: "numeric", month: "2-digit", day: "2-digit" },
  date: { year: "numeric", month: "long", day: "numeric" },
  date_short: { year: "numeric", month: "short", day: "numeric" },
  date_long: { year: "numeric", month: "long", day: "numeric", weekday: "long" },
  day_divider_pretty: { month: "long", day: "numeric", weekday: "long" },
  time: { hour: "numeric", minute: "2-digit" },
  time_secs: { hour: "numeric", minute: "2-digit", second: "2-digit" },
};

function renderDate(target, fallback) {
  const [, seconds, format, url] = target.split("^");
  if (!/^\d+$/.test(seconds || "") || !format) return document.createTextNode(fallback);
  const instant = new Date(Number(seconds) * 1000);
  const text = format.replace(/\{(\w+?)(_pretty)?\}/g, (all, name, pretty) => {
    const options = DATES[name + (pretty || "")] || DATES[name];
    return options ? new Intl.DateTimeFormat(LOCALE, { timeZone: directory.zone, ...options }).format(instant) : all;
  });
  return url ? renderLink(url, text) : h("time", { dateTime: instant.toISOString() }, text);
}

function emojify(text) {
  return text.replace(/:([a-z0-9_+-]+):/g, (all, name) => EMOJI.get(name) || all);
}

function withLineBreaks(text) {
  return text.split("\n").flatMap((line, index) => (index ? [h("br"), line] : [line]));
}

function unescape(text) {
  return text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
}
