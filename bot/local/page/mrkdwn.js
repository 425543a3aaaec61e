// Slack's mrkdwn: https://docs.slack.dev/messaging/formatting-message-text
// Bold, italic and strike need word boundaries on both sides, as in Slack: *굵게*는 is not bold.
import { h } from "./dom.js";
import { EMOJI } from "./emoji.js";
import { LOCALE } from "./words.js";

export const names = { people: new Map(), channels: new Map(), me: "", zone: "UTC", openChannel: () => {} };

export function plainText(text, { emoji = true } = {}) {
  const node = document.createDocumentFragment();
  // Slack escapes what a client sends as plain_text only where it is already escaped.
  node.append(...lines(unescape(emoji ? emojify(text) : text)));
  return node;
}

export function mrkdwn(text, { verbatim = false } = {}) {
  const made = document.createDocumentFragment();
  const parts = text.split(/```\n?([\s\S]*?)\n?```/);
  parts.forEach((part, place) => {
    if (place % 2) made.append(h("pre", {}, unescape(part.replace(/<([^>|]+)(\|([^>]*))?>/g, (_, url, __, label) => label || url))));
    else if (part) made.append(...quotes(place ? part.replace(/^\n/, "") : part, verbatim));
  });
  return made;
}

function quotes(text, verbatim) {
  const made = [];
  let quoted = null;
  const all = text.split("\n");
  all.forEach((line) => {
    const quote = line.match(/^(?:&gt;|>)\s?(.*)$/);
    const bullet = line.match(/^(\s*)(?:•|◦|▪︎)\s+(.*)$/);
    if (quote) {
      if (!quoted) made.push((quoted = h("blockquote")));
      else quoted.append(h("br"));
      quoted.append(...inline(quote[1], verbatim));
      return;
    }
    if (quoted) quoted = null;
    else if (line === "") {
      made.push(h("span.gap"));
      return;
    } else if (made.length && !made.at(-1).classList?.contains("gap") && !made.at(-1).classList?.contains("bullet")) made.push(h("br"));
    if (bullet) made.push(h("span.bullet", {}, "• ", ...inline(bullet[2], verbatim)));
    else made.push(...inline(line, verbatim));
  });
  return made;
}

const OPEN = "\uE000", SHUT = "\uE001";

function inline(text, verbatim) {
  const kept = [];
  const keep = (node) => `${OPEN}${kept.push(node) - 1}${SHUT}`;
  let rest = text
    .replace(/`([^`\n]+)`/g, (_, code) => keep(h("code", {}, unescape(code.replace(/<([^>|]+)(\|([^>]*))?>/g, (all, url, __, label) => label || url)))))
    .replace(/<([^<>\n]+)>/g, (all, inside) => keep(token(inside)));
  if (!verbatim) {
    rest = rest.replace(/\bhttps?:\/\/[^\s\uE000]+[^\s\uE000.,!?;:)\]'"]/g, (url) => keep(link(unescape(url), unescape(url))));
    rest = rest.replace(/(^|\s)@(here|channel|everyone)\b/g, (_, before, whom) => before + keep(h("span.mention", {}, `@${whom}`)));
  }
  rest = emojify(rest);
  return styled(rest, kept);
}

const STYLES = [["*", "b"], ["_", "i"], ["~", "s"]];

function styled(text, kept) {
  for (const [mark, tag] of STYLES) {
    const m = mark === "*" ? "\\*" : mark;
    const found = text.match(new RegExp(`(^|[^\\p{L}\\p{N}${m}])${m}(?!\\s)([^${m}]*?[^\\s${m}])${m}(?![\\p{L}\\p{N}])`, "u"));
    if (found) {
      const at = found.index + found[1].length;
      const end = found.index + found[0].length;
      return [
        ...styled(text.slice(0, at), kept),
        h(tag, {}, ...styled(found[2], kept)),
        ...styled(text.slice(end), kept),
      ];
    }
  }
  return text.split(/(\uE000\d+\uE001)/).filter(Boolean).flatMap((piece) => {
    const place = piece.match(/^\uE000(\d+)\uE001$/);
    return place ? [kept[Number(place[1])]] : [unescape(piece)];
  });
}

function token(inside) {
  const bar = inside.indexOf("|");
  const target = bar < 0 ? inside : inside.slice(0, bar);
  const label = bar < 0 ? "" : unescape(inside.slice(bar + 1));
  if (target.startsWith("@")) {
    const person = names.people.get(target.slice(1));
    const mine = target.slice(1) === names.me;
    return h(mine ? "span.mention.mine" : "span.mention", {}, `@${person ? person.real_name : label || target.slice(1)}`);
  }
  if (target.startsWith("#")) {
    const id = target.slice(1);
    const name = names.channels.get(id)?.name || label || id;
    return h("button.mention", { type: "button", onclick: () => names.openChannel(id) }, `#${name}`);
  }
  if (target.startsWith("!date^")) return dateToken(target, label);
  if (target.startsWith("!")) return h("span.mention", {}, label || `@${target.slice(1)}`);
  return link(unescape(target), label || unescape(target));
}

function link(url, label) {
  if (!/^(https?|mailto):/i.test(url)) return document.createTextNode(label);
  const node = h("a", { href: url, target: "_blank", rel: "noreferrer noopener" }, emojify(label));
  if (permalink(url)) node.removeAttribute("target");
  return node;
}

// A link to a message here, under whatever name and port this machine had when it was made.
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

function dateToken(target, fallback) {
  const [, seconds, format, url] = target.split("^");
  if (!/^\d+$/.test(seconds || "") || !format) return document.createTextNode(fallback);
  const instant = new Date(Number(seconds) * 1000);
  const text = format.replace(/\{(\w+?)(_pretty)?\}/g, (all, name, pretty) => {
    const options = DATES[name + (pretty || "")] || DATES[name];
    return options ? new Intl.DateTimeFormat(LOCALE, { timeZone: names.zone, ...options }).format(instant) : all;
  });
  return url ? link(url, text) : h("time", { dateTime: instant.toISOString() }, text);
}

function emojify(text) {
  return text.replace(/:([a-z0-9_+-]+):/g, (all, name) => EMOJI.get(name) || all);
}

function lines(text) {
  return text.split("\n").flatMap((line, place) => (place ? [h("br"), line] : [line]));
}

function unescape(text) {
  return text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
}
