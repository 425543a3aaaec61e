// The page: what is open, what happens, who is looking.
import { acting, complain, get, send } from "./api.js";
import { draw } from "./blocks.js";
import { composer } from "./composer.js";
import { fill, h } from "./dom.js";
import { avatar, forget, icons, show } from "./messages.js";
import { hide, refreshViews } from "./modal.js";
import { names, permalink } from "./mrkdwn.js";
import { clockBar, faultsPanel, newChannel, switcher } from "./panels.js";
import { LANGUAGE, say } from "./words.js";

const page = document.getElementById("page");
const scroller = document.getElementById("messages");
let workspace = null;
let current = localStorage.getItem("haru-channel") || "";
let tab = "home";
let thread = null;
let firstUnread = null;
let messages = [];
let threadMessages = [];
let offset = 0;
let tick = () => {};
let stream = null;
let faulty = false;

const now = () => new Date(Date.now() + offset);
const channel = () => workspace.channels.find((one) => one.id === current);
const narrow = () => innerWidth < 760;

async function start() {
  document.documentElement.lang = LANGUAGE;
  document.title = `Haru · ${say("workspace")}`;
  const known = await fetch("/local/people").then((answer) => answer.json());
  const person = known.people.find((one) => one.id === acting.id) || known.people.find((one) => one.locale.startsWith(LANGUAGE)) || known.people[0];
  acting.id = person.id;
  const linked = permalink(location.href);
  if (linked) current = linked.channel;
  await load();
  if (!channel()) {
    const korean = (one) => /[\uac00-\ud7a3]/.test(one.name);
    current = (workspace.channels.find((one) => korean(one) === (LANGUAGE === "ko")) || workspace.channels[0]).id;
  }
  page.hidden = false;
  await open(current);
  if (linked) await point(linked.ts, linked.thread);
  listen();
  setInterval(() => tick(), 5000);
}

async function load() {
  workspace = await get("workspace");
  const mine = workspace.people.find((one) => one.id === workspace.me);
  names.people = new Map(workspace.people.map((one) => [one.id, one]));
  names.channels = new Map(workspace.channels.map((one) => [one.id, one]));
  names.me = mine.id;
  names.zone = mine.tz;
  names.openChannel = open;
  offset = new Date(workspace.clock) - Date.now();
  tick = clockBar(now, () => load());
  switcher(workspace.people, workspace.me, become);
  sidebar();
}

async function become(person) {
  page.setAttribute("aria-busy", "true");
  acting.id = person;
  localStorage.setItem("haru-person", person);
  thread = null;
  hide();
  forget();
  const direct = channel()?.kind === "im";
  await load();
  if (direct || !channel()) current = workspace.channels.find((one) => (one.kind === "im") === direct).id;
  await open(current);
  page.setAttribute("aria-busy", "false");
  listen();
}

function sidebar() {
  const item = (one) => {
    const direct = one.kind === "im";
    const bot = workspace.people.find((person) => person.is_bot);
    const classes = ["button.room", one.id === current ? ".current" : "", one.unread && one.id !== current ? ".unread" : "", one.archived ? ".gone" : ""].join("");
    return h("li", {}, h(classes, { type: "button", "aria-current": one.id === current ? "page" : null, onclick: () => open(one.id) },
      direct ? avatar(bot) : one.private ? icons.lock() : icons.hash(),
      h("span", {}, direct ? bot.real_name : one.name),
      one.unread && one.id !== current ? h("span.dot", { "aria-label": say("new") }) : null));
  };
  const rooms = workspace.channels.filter((one) => one.kind === "channel" && (!one.private || one.members.includes(workspace.me)));
  fill("sidebar",
    h(".team", {}, h("b", {}, say("workspace"))),
    h("h2", {}, say("channels")),
    h("ul", {}, rooms.map(item), h("li", {}, h("button.room", { type: "button", "aria-haspopup": "dialog", onclick: (event) => newChannel(event.currentTarget, async (id) => { await load(); open(id); }) }, icons.plus(), h("span", {}, say("add_channel"))))),
    h("h2", {}, say("apps")),
    h("ul", {}, workspace.channels.filter((one) => one.kind === "im").map(item)),
    h(".below", {}, h(faulty ? "button.room.alarm" : "button.room", { type: "button", "aria-haspopup": "dialog", onclick: (event) => faultsPanel(event.currentTarget, (set) => { faulty = Object.keys(set.odds).length > 0; sidebar(); }).catch(complain) },
      icons.gear(), h("span", {}, say(faulty ? "faults_on" : "faults")))));
}

async function open(id) {
  if (!workspace.channels.some((one) => one.id === id)) await load();
  const changed = id !== current;
  current = id;
  localStorage.setItem("haru-channel", id);
  if (changed) closeThread();
  drawer(false);
  const here = channel();
  if (!here) return;
  heading(here);
  const direct = here.kind === "im";
  document.getElementById("tabs").hidden = !direct;
  messages = [];
  const answer = await get("messages", { channel: id });
  if (id !== current) return;
  messages = merged(messages, new Set(), answer.messages);
  firstUnread = answer.first_unread;
  here.unread = false;
  sidebar();
  write(here);
  if (direct) await showTab(changed || tab === "home" ? "home" : tab);
  else showMessages();
}

function heading(here) {
  const bot = workspace.people.find((person) => person.is_bot);
  const count = here.members.length;
  fill("heading", h("h1", {}, here.kind === "im" ? [avatar(bot), bot.real_name] : [here.private ? icons.lock() : icons.hash(), here.name]),
    here.kind === "im" ? h("span.badge", {}, say("app"))
      : h("span.faint.count", { title: here.members.map((one) => names.people.get(one)?.real_name || one).join(", ") }, say(count === 1 ? "member" : "members", { n: count })));
}

function showMessages() {
  document.getElementById("home").hidden = true;
  scroller.hidden = false;
  document.getElementById("composer").hidden = false;
  paint();
  const line = scroller.querySelector(".unread-line");
  const first = firstUnread && scroller.querySelector(`[data-ts="${firstUnread}"]`);
  if (line || first) (line || first).scrollIntoView({ block: "start" });
  else scroller.scrollTop = scroller.scrollHeight;
}

function paint() {
  const here = channel();
  const context = { channel: here, openThread, now: now(), firstUnread };
  let box = scroller.querySelector(".list");
  if (!box || box.dataset.channel !== here.id) {
    box = h(".list");
    box.dataset.channel = here.id;
    const beginning = here.kind === "im" ? say("beginning_haru") : say("beginning", { name: here.name });
    fill(scroller, h(".beginning", {}, h("p", {}, beginning)), box);
  }
  show(box, messages, context);
}

async function showTab(chosen, { told = true } = {}) {
  tab = chosen;
  fill("tabs", ["home", "messages"].map((name) =>
    h("button.tab", { type: "button", role: "tab", "aria-selected": String(name === chosen), onclick: () => showTab(name).catch(complain) }, say(name))));
  if (told) send("visits", { tab: chosen }).catch(complain);
  if (chosen === "messages") {
    showMessages();
    return;
  }
  const place = document.getElementById("home");
  scroller.hidden = true;
  document.getElementById("composer").hidden = true;
  place.hidden = false;
  await home();
}

async function home() {
  const { view } = await get("home");
  const place = document.getElementById("home");
  if (!view) {
    fill(place, h("p.faint.nothing", {}, say("nothing_home")));
    return;
  }
  const scrolled = place.scrollTop;
  const drawn = draw(view.blocks, {
    view: view.id,
    use: (block_id, action_id, chosen) => send("actions", { view: view.id, block_id, action_id, chosen, values: drawn.values() }),
  });
  fill(place, drawn.node);
  place.scrollTop = scrolled;
}

function write(here) {
  if (here.archived || (here.kind === "channel" && !here.members.includes(workspace.me))) {
    const word = here.archived ? "archived" : "not_member";
    fill("composer", h(".notice", {}, h("span", {}, say(word, { name: here.name })),
      here.archived ? null : h("button.button", { type: "button", onclick: () => send("messages", { channel: here.id, text: "/join" }).catch(complain) }, say("join"))));
    return;
  }
  const placeholder = here.kind === "im" ? say("message_haru") : say("message_to", { name: here.name });
  const [paper, tag, digest] = workspace.commands.map((one) => one.name);
  const tries = here.kind === "im" ? ["looped transformers"] : [`${paper} looped`, `${tag} scaling-law`, digest];
  const made = composer({ channel: here, commands: workspace.commands, placeholder, tries, failed: (command, code) => slackbot(command, code) });
  fill("composer", made.node);
  if (!narrow()) made.focus();
}

function slackbot(command, code) {
  const known = ["unknown_command", "command_in_thread"].includes(code);
  const text = known ? say(code, { command: `\`${command}\`` }) : say("failed_command", { command: `\`${command}\``, code });
  const note = { type: "message", slackbot: true, user: "USLACKBOT", ts: `${Date.now() / 1000}`, text, _clock: now().toISOString(), _ephemeral: true };
  if (code === "command_in_thread" && thread) {
    threadMessages.push(note);
    paintThread();
  } else {
    messages.push(note);
    paint();
    reveal(note.ts);
  }
}

async function openThread(ts) {
  const atEnd = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < 80;
  thread = ts;
  const pane = document.getElementById("thread");
  const here = channel();
  const made = composer({ channel: here, thread: ts, commands: workspace.commands, placeholder: say("reply"), failed: (command, code) => slackbot(command, code) });
  fill(pane, h("header", {}, h("h2", {}, say("thread"), h("small.faint", {}, here.kind === "im" ? "Haru" : `#${here.name}`)),
    h("button.bare.x", { type: "button", "aria-label": say("close"), onclick: closeThread }, icons.close())),
    h(".scroll", {}, h(".list")), h(".composer", {}, made.node));
  pane.hidden = false;
  page.classList.add("with-thread");
  if (atEnd) scroller.scrollTop = scroller.scrollHeight;
  threadMessages = (await get("messages", { channel: current, thread: ts })).messages;
  paintThread();
  if (!narrow()) made.focus();
}

function closeThread() {
  thread = null;
  threadMessages = [];
  document.getElementById("thread").hidden = true;
  page.classList.remove("with-thread");
}

function paintThread() {
  const place = document.querySelector("#thread .list");
  if (place) show(place, threadMessages, { channel: channel(), thread, openThread, now: now() });
}

async function point(ts, parent) {
  if (channel()?.kind === "im") await showTab("messages");
  if (parent) await openThread(parent);
  const node = document.querySelector(`[data-ts="${ts}"]`);
  node?.scrollIntoView({ block: "center" });
  node?.classList.add("pointed");
}

function put(list, message) {
  const place = list.findIndex((one) => one.ts === message.ts);
  if (place >= 0) list[place] = message;
  else list.push(message);
  list.sort((one, other) => Number(one.ts) - Number(other.ts));
}

// What was fetched, and what arrived while it was on its way.
function merged(held, known, fetched) {
  const all = new Map(fetched.map((one) => [one.ts, one]));
  for (const one of held) if (!known.has(one.ts) && !all.has(one.ts)) all.set(one.ts, one);
  return [...all.values()].sort((one, other) => Number(one.ts) - Number(other.ts));
}

function arrived({ channel: id, message }) {
  const here = id === current;
  const reply = message.thread_ts && message.thread_ts !== message.ts;
  if (!here) {
    const other = workspace.channels.find((one) => one.id === id);
    if (other && !reply && message.user !== workspace.me) {
      other.unread = true;
      sidebar();
    }
    return;
  }
  if (thread && (message.thread_ts === thread || message.ts === thread)) {
    const atEnd = threadAtEnd();
    put(threadMessages, message);
    paintThread();
    if (atEnd) document.querySelector("#thread .scroll").scrollTop = 1e9;
  }
  if (reply && message.subtype !== "thread_broadcast") {
    // The parent shows how many replies it has.
    if (!message._ephemeral) refreshParent(message.thread_ts);
    return;
  }
  const fresh = !messages.some((one) => one.ts === message.ts);
  const atEnd = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < 80;
  put(messages, message);
  paint();
  if (fresh && (atEnd || message._ephemeral || message.user === workspace.me)) reveal(message.ts);
  if (!scroller.hidden) send("visits", { channel: id }).catch(() => {});
}

async function refreshParent(ts) {
  const fresh = (await get("messages", { channel: current })).messages;
  const parent = fresh.find((one) => one.ts === ts);
  if (!parent) return;
  put(messages, parent);
  paint();
}

const threadAtEnd = () => {
  const place = document.querySelector("#thread .scroll");
  return place.scrollHeight - place.scrollTop - place.clientHeight < 120;
};

// A message taller than the window is read from its top, any other from the end of the channel.
function reveal(ts) {
  const node = scroller.querySelector(`[data-ts="${ts}"]`);
  if (node && node.offsetHeight > scroller.clientHeight - 40) node.scrollIntoView({ block: "start" });
  else scroller.scrollTop = scroller.scrollHeight;
}

function gone({ channel: id, ts }) {
  if (id !== current) return;
  messages = messages.filter((one) => one.ts !== ts);
  threadMessages = threadMessages.filter((one) => one.ts !== ts);
  paint();
  paintThread();
}

function listen() {
  stream?.close();
  stream = new EventSource(`/local/stream?as=${acting.id}`);
  stream.onerror = () => document.body.classList.add("offline");
  stream.onopen = () => {
    document.body.classList.remove("offline");
    caughtUp().catch(complain);
  };
  stream.onmessage = (event) => {
    const told = JSON.parse(event.data);
    const act = {
      message: () => arrived(told),
      gone: () => gone(told),
      views: () => refreshViews(),
      home: () => (channel()?.kind === "im" && tab === "home" ? home() : null),
      clock: () => { offset = new Date(told.now) - Date.now(); tick(); if (!scroller.hidden) paint(); },
      channels: async () => { await load(); const here = channel(); if (here) { heading(here); write(here); } },
    }[told.kind];
    Promise.resolve(act?.()).catch(complain);
  };
}

// What happened while nobody listened: between reading the channel and listening, or while offline.
async function caughtUp() {
  await load();
  const here = current;
  const known = new Set(messages.map((one) => one.ts));
  const fetched = (await get("messages", { channel: here })).messages;
  if (here !== current) return;
  messages = merged(messages, known, fetched);
  if (!scroller.hidden) paint();
  const fresh = fetched.findLast((one) => !known.has(one.ts));
  if (fresh) reveal(fresh.ts);
  if (thread) {
    threadMessages = (await get("messages", { channel: here, thread })).messages;
    paintThread();
  }
}

function drawer(wanted) {
  page.classList.toggle("drawer", wanted);
  document.getElementById("drawer-button").setAttribute("aria-expanded", String(wanted));
}

fill("drawer-button", icons.menu());
document.getElementById("drawer-button").setAttribute("aria-label", say("menu"));
document.getElementById("drawer-button").addEventListener("click", () => drawer(!page.classList.contains("drawer")));
document.getElementById("main").addEventListener("pointerdown", () => drawer(false));
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && thread && document.activeElement?.closest("#thread")) closeThread();
});
document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a");
  const to = link && permalink(link.href);
  if (!to) return;
  event.preventDefault();
  open(to.channel).then(() => point(to.ts, to.thread)).catch(complain);
});
start().catch(complain);
