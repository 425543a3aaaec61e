// Renders messages with their days, authors, threads and "only visible to you" notes.
import { send } from "./api.js";
import { renderBlocks } from "./blocks.js";
import { h } from "./dom.js";
import { directory, mrkdwn } from "./mrkdwn.js";
import { LOCALE, phrase } from "./words.js";

// The node of each message, and the inputs it was rendered from.
const rendered = new Map();

// Fills a container with messages, one section for each day. Reuses the nodes of messages that have not changed.
export function renderMessages(container, messages, { channel, thread, firstUnread, openThread, now }) {
  const days = [];
  let day = "", before = null;
  for (const message of messages) {
    const today = thread ? "thread" : dayOf(message._clock);
    // If the clock was moved back, a day occurs twice. The second time gets a section of its own.
    if (today !== day) days.push({ key: `${today}/${message.ts}`, nodes: thread ? [] : dayHeading(message, now) });
    const nodes = days.at(-1).nodes;
    if (message.ts === firstUnread && before) nodes.push(h(".unread-line", { role: "separator" }, h("span", {}, phrase("new"))));
    // A message that continues the one before shows no author of its own.
    const continues = before && today === day && before.user === message.user && !before.subtype && !message.subtype
      && before._ephemeral === message._ephemeral && !message._ephemeral
      && !before.reply_count && Math.abs(new Date(message._clock) - new Date(before._clock)) < 5 * 60_000;
    nodes.push(cachedMessage(message, { channel, thread, openThread, continues, now }));
    day = today;
    before = message;
  }
  const old = new Map([...container.children].map((section) => [section.dataset.day, section]));
  syncChildren(container, days.map(({ key, nodes }) => {
    const section = old.get(key) || h("section");
    section.dataset.day = key;
    syncChildren(section, nodes);
    return section;
  }));
}

function dayHeading(message, now) {
  return [h(".day-line"), h(".day", { role: "separator" }, h("span", {}, dayName(message._clock, now)))];
}

// Makes these nodes the children of a container. A node already in place is left alone, so that it keeps its focus.
function syncChildren(container, nodes) {
  const wanted = new Set(nodes);
  for (const child of [...container.children]) if (!wanted.has(child)) child.remove();
  nodes.forEach((node, index) => {
    if (container.children[index] !== node) container.insertBefore(node, container.children[index] || null);
  });
}

// Forgets the rendered nodes, so that another user's messages are rendered anew.
export function clearRendered() {
  rendered.clear();
}

function cachedMessage(message, context) {
  const key = `${context.thread || ""}/${context.channel.id}/${message.ts}`;
  const inputs = JSON.stringify([message, context.continues, context.channel.name, dayOf(context.now)]);
  const old = rendered.get(key);
  if (old?.inputs === inputs) return old.node;
  const node = renderMessage(message, context);
  rendered.set(key, { inputs, node });
  return node;
}

function renderMessage(message, { channel, thread, openThread, continues, now }) {
  const person = message.slackbot
    ? { real_name: "Slackbot", color: "616061", is_bot: true }
    : directory.people.get(message.user) || { real_name: message.user, color: "616061" };
  const moment = new Date(message._clock);
  const time = clockTime(moment);
  const stamp = h("time.stamp", { dateTime: moment.toISOString(), title: fullTime(moment) }, continues ? time.replace(/[^\d:]/g, "") : time);
  const body = h(".body");
  if (!continues) {
    body.append(h(".author", {}, h("b", {}, person.real_name), person.is_bot ? h("span.badge", {}, phrase("app")) : null, stamp));
  }
  body.append(renderContent(message, channel));
  if (message.edited && !message.subtype) body.append(h("small.faint.edited", {}, phrase("edited")));
  if (message.reply_count && !thread) body.append(threadLink(message, openThread, now));
  const isMembership = message.subtype === "channel_join" || message.subtype === "channel_leave";
  const classes = [".message", continues ? ".together" : "", message._ephemeral ? ".ephemeral" : "", isMembership ? ".system" : ""].join("");
  const reply = !thread && !message._ephemeral && !message.subtype
    ? h("button.reply", { type: "button", title: phrase("reply_in_thread"), "aria-label": phrase("reply_in_thread"), onclick: () => openThread(message.ts) }, bubble())
    : null;
  const node = h(classes, { role: "article", "aria-label": `${person.real_name} ${time}` },
    message._ephemeral ? h(".only-you", {}, eye(), phrase("only_you")) : null,
    continues ? h(".gutter", {}, stamp) : avatar(person),
    body,
    h(".tools", {}, reply));
  node.dataset.ts = message.ts;
  if (reply) node.addEventListener("click", (event) => openOnTap(event, () => openThread(message.ts)));
  return node;
}

// On a phone, a tap on a message opens its thread, unless it hits a control or selects text.
function openOnTap(event, open) {
  if (innerWidth < 760 && !event.target.closest("a, button, input, select, label") && getSelection().isCollapsed) open();
}

function renderContent(message, channel) {
  if (message.subtype === "channel_join" || message.subtype === "channel_leave") return h(".text.faint", {}, membershipText(message, channel));
  const files = (message.files || []).map((file) => h("a.attachment", { href: `/local/files/${file.id}`, download: file.name }, file.name));
  const shown = (message.attachments || []).map((one) => h(".unfurl", {}, renderBlocks(one.blocks, { sendAction: () => {} }).node));
  if (!message.blocks?.length) return h(".text", {}, mrkdwn(message.text || "", {}), ...files, ...shown);
  const blocks = renderBlocks(message.blocks, {
    sendAction: (block_id, action_id, chosen) =>
      send("actions", { channel: channel.id, ts: message.ts, block_id, action_id, chosen, values: blocks.values() }),
  });
  return blocks.node;
}

function membershipText(message, channel) {
  if (message.subtype === "channel_leave") return phrase("left", { name: channel.name });
  const who = directory.people.get(message.inviter)?.real_name;
  return who && message.inviter !== message.user ? phrase("was_added", { name: channel.name, who }) : phrase("joined", { name: channel.name });
}

function threadLink(message, openThread, now) {
  const faces = (message.reply_users || []).slice(0, 3).map((id) => avatar(directory.people.get(id) || { real_name: id, color: "616061" }));
  const count = phrase(message.reply_count === 1 ? "one_reply" : "replies", { n: message.reply_count });
  const when = message._latest ? relativeTime(new Date(message._latest), now) : "";
  return h("button.thread-link", { type: "button", onclick: () => openThread(message.ts) },
    ...faces, h("b", {}, count), when ? h("span.faint", {}, phrase("last_reply", { when })) : null);
}

// A person's picture: Haru's icon, or the first letter of the name on the user's colour.
export function avatar(person) {
  if (person.name === "haru" && person.is_bot) return h("img.avatar", { src: "/page/icon.svg", alt: "" });
  const node = h(".avatar", { "aria-hidden": "true" }, person.real_name.slice(0, 1));
  node.style.backgroundColor = `#${person.color}`;
  return node;
}

const format = (options) => new Intl.DateTimeFormat(LOCALE, { timeZone: directory.zone, ...options });

export function clockTime(moment) {
  return format({ hour: "numeric", minute: "2-digit" }).format(moment);
}

export function fullTime(moment) {
  return format({ dateStyle: "full", timeStyle: "short" }).format(moment);
}

// The date of an instant in the user's time zone, as YYYY-MM-DD.
function dayOf(instant) {
  return new Intl.DateTimeFormat("en-CA", { timeZone: directory.zone }).format(new Date(instant));
}

// The name of a day for its heading: today, yesterday or its date.
export function dayName(instant, now) {
  const day = dayOf(instant);
  if (day === dayOf(now)) return phrase("today");
  if (day === dayOf(new Date(now).getTime() - 86_400_000)) return phrase("yesterday");
  return format({ month: "long", day: "numeric", weekday: "long" }).format(new Date(instant));
}

// The day and time of a moment, such as "today 9:00 AM".
function relativeTime(moment, now) {
  const day = dayName(moment, now);
  const near = day === phrase("today") || day === phrase("yesterday");
  return `${near ? day.toLowerCase() : day} ${clockTime(moment)}`;
}

function svg(path) {
  const node = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  node.setAttribute("viewBox", "0 0 20 20");
  node.setAttribute("aria-hidden", "true");
  const line = document.createElementNS("http://www.w3.org/2000/svg", "path");
  line.setAttribute("d", path);
  node.append(line);
  return node;
}

export const bubble = () => svg("M3 5.5A2.5 2.5 0 0 1 5.500 3h9A2.500 2.500 0 0 1 17 5.500v6A2.500 2.500 0 0 1 14.500 14H9l-4 3.500V14A2 2 0 0 1 3 12z");
export const eye = () => svg("M2 10s3-5 8-5 8 5 8 5-3 5-8 5-8-5-8-5zM10 7.700a2.300 2.300 0 1 0 0 4.600a2.300 2.300 0 0 0 0-4.600z");
export const icons = {
  menu: () => svg("M3 5h14M3 10h14M3 15h14"),
  close: () => svg("M5 5l10 10M15 5L5 15"),
  send: () => svg("M3 10.800V16.500L17 10 3 3.500v5.700L11 10z"),
  clock: () => svg("M10 3a7 7 0 1 0 0 14a7 7 0 0 0 0-14zM10 6v4l2.800 2"),
  sunrise: () => svg("M2.500 15h15M5 12a5 5 0 0 1 10 0M10 3v2.500M3.500 6.500l1.600 1.600M16.500 6.500l-1.600 1.600"),
  hash: () => svg("M7.500 3L6 17M14 3l-1.500 14M3.500 7.500h13.500M3 12.500h13.500"),
  lock: () => svg("M5.500 9h9v7h-9zM7.500 9V6.500a2.500 2.500 0 0 1 5 0V9"),
  plus: () => svg("M10 4v12M4 10h12"),
  gear: () => svg("M4 6h12M4 14h12M7 4v4M13 12v4"),
  down: () => svg("M5.500 8l4.500 4.500L14.500 8"),
};
