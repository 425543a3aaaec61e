// The page: it shows the open conversation to the current user and reacts to events from the server.
import { currentUser, get, send, showError } from "./api.js";
import { renderBlocks } from "./blocks.js";
import { composer } from "./composer.js";
import { h, replaceContent } from "./dom.js";
import { avatar, clearRendered, icons, renderMessages } from "./messages.js";
import { hideModal, refreshModals } from "./modal.js";
import { directory, permalink } from "./mrkdwn.js";
import { clockBar, faultsPanel, newChannelForm, userSwitcher } from "./panels.js";
import { LANGUAGE, phrase } from "./words.js";

const page = document.getElementById("page");
const scroller = document.getElementById("messages");
let workspace = null;
let currentId = localStorage.getItem("haru-channel") || "";
let tab = "home";
let thread = null;
let firstUnread = null;
let messages = [];
let threadMessages = [];
// Milliseconds by which the workspace clock is ahead of this machine's.
let clockOffset = 0;
let updateClock = () => {};
let stream = null;
let faultsAreOn = false;

const now = () => new Date(Date.now() + clockOffset);
const currentConversation = () => workspace.channels.find((conversation) => conversation.id === currentId);
const isNarrow = () => innerWidth < 760;

async function start() {
  document.documentElement.lang = LANGUAGE;
  document.title = `Haru · ${phrase("workspace")}`;
  const { people } = await fetch("/local/people").then((response) => response.json());
  const person = people.find((user) => user.id === currentUser.id) || people.find((user) => user.locale.startsWith(LANGUAGE)) || people[0];
  currentUser.id = person.id;
  const linked = permalink(location.href);
  if (linked) currentId = linked.channel;
  await load();
  if (!currentConversation()) {
    const korean = (conversation) => /[\uac00-\ud7a3]/.test(conversation.name);
    currentId = (workspace.channels.find((conversation) => korean(conversation) === (LANGUAGE === "ko")) || workspace.channels[0]).id;
  }
  page.hidden = false;
  await openChannel(currentId);
  if (linked) await showMessage(linked.ts, linked.thread);
  openStream();
  setInterval(() => updateClock(), 5000);
}

async function load() {
  workspace = await get("workspace");
  const mine = workspace.people.find((user) => user.id === workspace.me);
  directory.people = new Map(workspace.people.map((user) => [user.id, user]));
  directory.channels = new Map(workspace.channels.map((conversation) => [conversation.id, conversation]));
  directory.me = mine.id;
  directory.zone = mine.tz;
  directory.openChannel = openChannel;
  clockOffset = new Date(workspace.clock) - Date.now();
  updateClock = clockBar(now, () => load());
  userSwitcher(workspace.people, workspace.me, switchUser);
  showSidebar();
}

async function switchUser(person) {
  page.setAttribute("aria-busy", "true");
  currentUser.id = person;
  localStorage.setItem("haru-person", person);
  thread = null;
  hideModal();
  clearRendered();
  const direct = currentConversation()?.kind === "im";
  await load();
  if (direct || !currentConversation()) currentId = workspace.channels.find((conversation) => (conversation.kind === "im") === direct).id;
  await openChannel(currentId);
  page.setAttribute("aria-busy", "false");
  openStream();
}

function showSidebar() {
  const item = (conversation) => {
    const direct = conversation.kind === "im";
    const bot = workspace.people.find((person) => person.is_bot);
    const classes = ["button.sidebar-item", conversation.id === currentId ? ".current" : "", conversation.unread && conversation.id !== currentId ? ".unread" : "", conversation.archived ? ".archived" : ""].join("");
    return h("li", {}, h(classes, { type: "button", "aria-current": conversation.id === currentId ? "page" : null, onclick: () => openChannel(conversation.id) },
      direct ? avatar(bot) : conversation.private ? icons.lock() : icons.hash(),
      h("span", {}, direct ? bot.real_name : conversation.name),
      conversation.unread && conversation.id !== currentId ? h("span.dot", { "aria-label": phrase("new") }) : null));
  };
  const channels = workspace.channels.filter((conversation) => conversation.kind === "channel" && (!conversation.private || conversation.members.includes(workspace.me)));
  replaceContent("sidebar",
    h(".team", {}, h("b", {}, phrase("workspace"))),
    h("h2", {}, phrase("channels")),
    h("ul", {}, channels.map(item), h("li", {}, h("button.sidebar-item", { type: "button", "aria-haspopup": "dialog", onclick: (event) => newChannelForm(event.currentTarget, async (id) => { await load(); openChannel(id); }) }, icons.plus(), h("span", {}, phrase("add_channel"))))),
    h("h2", {}, phrase("apps")),
    h("ul", {}, workspace.channels.filter((conversation) => conversation.kind === "im").map(item)),
    h(".below", {}, h(faultsAreOn ? "button.sidebar-item.alarm" : "button.sidebar-item", { type: "button", "aria-haspopup": "dialog", onclick: (event) => faultsPanel(event.currentTarget, (set) => { faultsAreOn = Object.keys(set.odds).length > 0; showSidebar(); }).catch(showError) },
      icons.gear(), h("span", {}, phrase(faultsAreOn ? "faults_on" : "faults")))));
}

async function openChannel(id) {
  if (!workspace.channels.some((conversation) => conversation.id === id)) await load();
  const changed = id !== currentId;
  currentId = id;
  localStorage.setItem("haru-channel", id);
  if (changed) closeThread();
  setDrawer(false);
  const conversation = currentConversation();
  if (!conversation) return;
  showHeading(conversation);
  const direct = conversation.kind === "im";
  document.getElementById("tabs").hidden = !direct;
  messages = [];
  const answer = await get("messages", { channel: id });
  if (id !== currentId) return;
  messages = mergeMessages(messages, new Set(), answer.messages);
  firstUnread = answer.first_unread;
  conversation.unread = false;
  showSidebar();
  showComposer(conversation);
  if (direct) await showTab(changed || tab === "home" ? "home" : tab);
  else showMessages();
}

function showHeading(conversation) {
  const bot = workspace.people.find((person) => person.is_bot);
  const count = conversation.members.length;
  replaceContent("heading", h("h1", {}, conversation.kind === "im" ? [avatar(bot), bot.real_name] : [conversation.private ? icons.lock() : icons.hash(), conversation.name]),
    conversation.kind === "im" ? h("span.badge", {}, phrase("app"))
      : h("span.faint.count", { title: conversation.members.map((id) => directory.people.get(id)?.real_name || id).join(", ") }, phrase(count === 1 ? "member" : "members", { n: count })));
}

function showMessages() {
  document.getElementById("home").hidden = true;
  scroller.hidden = false;
  document.getElementById("composer").hidden = false;
  renderChannel();
  const line = scroller.querySelector(".unread-line");
  const first = firstUnread && scroller.querySelector(`[data-ts="${firstUnread}"]`);
  if (line || first) (line || first).scrollIntoView({ block: "start" });
  else scroller.scrollTop = scroller.scrollHeight;
}

function renderChannel() {
  const conversation = currentConversation();
  const context = { channel: conversation, openThread, now: now(), firstUnread };
  let box = scroller.querySelector(".list");
  if (!box || box.dataset.channel !== conversation.id) {
    box = h(".list");
    box.dataset.channel = conversation.id;
    replaceContent(scroller, h(".beginning"), box);
  }
  // Written anew each time, since the channel may have been renamed.
  const beginning = conversation.kind === "im" ? phrase("beginning_haru") : phrase("beginning", { name: conversation.name });
  replaceContent(scroller.querySelector(".beginning"), beginning);
  renderMessages(box, messages, context);
}

// Shows a tab of Haru's, "home" or "messages", and tells Haru so.
async function showTab(chosen) {
  tab = chosen;
  replaceContent("tabs", ["home", "messages"].map((name) =>
    h("button.tab", { type: "button", role: "tab", "aria-selected": String(name === chosen), onclick: () => showTab(name).catch(showError) }, phrase(name))));
  send("visits", { tab: chosen }).catch(showError);
  if (chosen === "messages") {
    showMessages();
    return;
  }
  const container = document.getElementById("home");
  scroller.hidden = true;
  document.getElementById("composer").hidden = true;
  container.hidden = false;
  await loadHome();
}

async function loadHome() {
  const { view } = await get("home");
  const container = document.getElementById("home");
  if (!view) {
    replaceContent(container, h("p.faint.nothing", {}, phrase("nothing_home")));
    return;
  }
  const scrolled = container.scrollTop;
  const blocks = renderBlocks(view.blocks, {
    view: view.id,
    sendAction: (block_id, action_id, chosen) => send("actions", { view: view.id, block_id, action_id, chosen, values: blocks.values() }),
  });
  replaceContent(container, blocks.node);
  container.scrollTop = scrolled;
}

// Shows the composer, or why the user cannot write in the conversation.
function showComposer(conversation) {
  if (conversation.archived || (conversation.kind === "channel" && !conversation.members.includes(workspace.me))) {
    const word = conversation.archived ? "archived" : "not_member";
    replaceContent("composer", h(".notice", {}, h("span", {}, phrase(word, { name: conversation.name })),
      conversation.archived ? null : h("button.button", { type: "button", onclick: () => send("messages", { channel: conversation.id, text: "/join" }).catch(showError) }, phrase("join"))));
    return;
  }
  const placeholder = conversation.kind === "im" ? phrase("message_haru") : phrase("message_to", { name: conversation.name });
  const [paper, tag, digest] = workspace.commands.map((command) => command.name);
  const examples = conversation.kind === "im" ? ["looped transformers"] : [`${paper} looped`, `${tag} scaling-law`, digest];
  const box = composer({ channel: conversation, commands: workspace.commands, placeholder, examples, showCommandError });
  replaceContent("composer", box.node);
  if (!isNarrow()) box.focus();
}

// Shows Slackbot's note that a command failed. Only this page has it: a reload removes it.
function showCommandError(command, code) {
  const isExplained = ["unknown_command", "command_in_thread"].includes(code);
  const text = isExplained ? phrase(code, { command: `\`${command}\`` }) : phrase("failed_command", { command: `\`${command}\``, code });
  const note = { type: "message", slackbot: true, user: "USLACKBOT", ts: `${Date.now() / 1000}`, text, _clock: now().toISOString(), _ephemeral: true };
  if (code === "command_in_thread" && thread) {
    threadMessages.push(note);
    renderThread();
  } else {
    messages.push(note);
    renderChannel();
    scrollToNew(note.ts);
  }
}

async function openThread(ts) {
  const atEnd = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < 80;
  thread = ts;
  const pane = document.getElementById("thread");
  const conversation = currentConversation();
  const box = composer({ channel: conversation, thread: ts, commands: workspace.commands, placeholder: phrase("reply"), showCommandError });
  replaceContent(pane, h("header", {}, h("h2", {}, phrase("thread"), h("small.faint", {}, conversation.kind === "im" ? "Haru" : `#${conversation.name}`)),
    h("button.bare.x", { type: "button", "aria-label": phrase("close"), onclick: closeThread }, icons.close())),
    h(".scroll", {}, h(".list")), h(".composer", {}, box.node));
  pane.hidden = false;
  page.classList.add("with-thread");
  if (atEnd) scroller.scrollTop = scroller.scrollHeight;
  threadMessages = (await get("messages", { channel: currentId, thread: ts })).messages;
  renderThread();
  if (!isNarrow()) box.focus();
}

function closeThread() {
  thread = null;
  threadMessages = [];
  document.getElementById("thread").hidden = true;
  page.classList.remove("with-thread");
}

function renderThread() {
  const list = document.querySelector("#thread .list");
  if (list) renderMessages(list, threadMessages, { channel: currentConversation(), thread, openThread, now: now() });
}

// Scrolls to a message and highlights it. `parent` is the thread it is in, if any.
async function showMessage(ts, parent) {
  if (currentConversation()?.kind === "im") await showTab("messages");
  if (parent) await openThread(parent);
  const node = document.querySelector(`[data-ts="${ts}"]`);
  node?.scrollIntoView({ block: "center" });
  node?.classList.add("pointed");
}

const byTs = (first, second) => Number(first.ts) - Number(second.ts);

// Adds a message to a list, or replaces it there, in the order of ts.
function insertMessage(list, message) {
  const index = list.findIndex((old) => old.ts === message.ts);
  if (index >= 0) list[index] = message;
  else list.push(message);
  list.sort(byTs);
}

// The fetched messages, and those that arrived while they were being fetched.
// `shown` are the messages on the page, `known` the ts of those that were there before the fetch.
function mergeMessages(shown, known, fetched) {
  const all = new Map(fetched.map((message) => [message.ts, message]));
  for (const message of shown) if (!known.has(message.ts) && !all.has(message.ts)) all.set(message.ts, message);
  return [...all.values()].sort(byTs);
}

function onMessage({ channel: id, message }) {
  const isCurrent = id === currentId;
  const reply = message.thread_ts && message.thread_ts !== message.ts;
  if (!isCurrent) {
    const other = workspace.channels.find((conversation) => conversation.id === id);
    if (other && !reply && message.user !== workspace.me) {
      other.unread = true;
      showSidebar();
    }
    return;
  }
  if (thread && (message.thread_ts === thread || message.ts === thread)) {
    const atEnd = threadAtEnd();
    insertMessage(threadMessages, message);
    renderThread();
    if (atEnd) document.querySelector("#thread .scroll").scrollTop = 1e9;
  }
  if (reply && message.subtype !== "thread_broadcast") {
    // The parent shows how many replies there are, so it has changed too.
    if (!message._ephemeral) refreshParent(message.thread_ts);
    return;
  }
  const fresh = !messages.some((old) => old.ts === message.ts);
  const atEnd = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < 80;
  insertMessage(messages, message);
  renderChannel();
  if (fresh && (atEnd || message._ephemeral || message.user === workspace.me)) scrollToNew(message.ts);
  if (!scroller.hidden) send("visits", { channel: id }).catch(() => {});
}

async function refreshParent(ts) {
  const fresh = (await get("messages", { channel: currentId })).messages;
  const parent = fresh.find((message) => message.ts === ts);
  if (!parent) return;
  insertMessage(messages, parent);
  renderChannel();
}

const threadAtEnd = () => {
  const pane = document.querySelector("#thread .scroll");
  return pane.scrollHeight - pane.scrollTop - pane.clientHeight < 120;
};

// Scrolls to a new message: to its top if it is taller than the window, else to the end of the channel.
function scrollToNew(ts) {
  const node = scroller.querySelector(`[data-ts="${ts}"]`);
  if (node && node.offsetHeight > scroller.clientHeight - 40) node.scrollIntoView({ block: "start" });
  else scroller.scrollTop = scroller.scrollHeight;
}

function onMessageDeleted({ channel: id, ts }) {
  if (id !== currentId) return;
  messages = messages.filter((message) => message.ts !== ts);
  threadMessages = threadMessages.filter((message) => message.ts !== ts);
  renderChannel();
  renderThread();
}

// Opens the stream of events for the current user.
function openStream() {
  stream?.close();
  stream = new EventSource(`/local/stream?as=${currentUser.id}`);
  stream.onerror = () => showOffline(true);
  stream.onopen = () => {
    showOffline(false);
    catchUp().catch(showError);
  };
  stream.onmessage = ({ data }) => {
    const event = JSON.parse(data);
    const handle = {
      message: () => onMessage(event),
      message_deleted: () => onMessageDeleted(event),
      views: () => refreshModals(),
      home: () => (currentConversation()?.kind === "im" && tab === "home" ? loadHome() : null),
      clock: () => { clockOffset = new Date(event.now) - Date.now(); updateClock(); if (!scroller.hidden) renderChannel(); },
      channels: async () => { await load(); const conversation = currentConversation(); if (conversation) { showHeading(conversation); showComposer(conversation); if (!scroller.hidden) renderChannel(); } },
    }[event.kind];
    Promise.resolve(handle?.()).catch(showError);
  };
}

function showOffline(isOffline) {
  document.body.classList.toggle("offline", isOffline);
  document.getElementById("offline").textContent = isOffline ? phrase("offline") : "";
}

// Loads what happened without the stream: before it was opened, or while the page was offline.
async function catchUp() {
  await load();
  const channelId = currentId;
  const known = new Set(messages.map((message) => message.ts));
  const fetched = (await get("messages", { channel: channelId })).messages;
  if (channelId !== currentId) return;
  messages = mergeMessages(messages, known, fetched);
  if (!scroller.hidden) renderChannel();
  const fresh = fetched.findLast((message) => !known.has(message.ts));
  if (fresh) scrollToNew(fresh.ts);
  if (thread) {
    threadMessages = (await get("messages", { channel: channelId, thread })).messages;
    renderThread();
  }
}

// Opens or closes the sidebar, which on a phone is behind a button.
function setDrawer(isOpen) {
  page.classList.toggle("drawer", isOpen);
  document.getElementById("drawer-button").setAttribute("aria-expanded", String(isOpen));
}

replaceContent("drawer-button", icons.menu());
document.getElementById("drawer-button").setAttribute("aria-label", phrase("menu"));
document.getElementById("drawer-button").addEventListener("click", () => setDrawer(!page.classList.contains("drawer")));
document.getElementById("main").addEventListener("pointerdown", () => setDrawer(false));
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && thread && document.activeElement?.closest("#thread")) closeThread();
});
document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a");
  const to = link && permalink(link.href);
  if (!to) return;
  event.preventDefault();
  openChannel(to.channel).then(() => showMessage(to.ts, to.thread)).catch(showError);
});
start().catch(showError);
