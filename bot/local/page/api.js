import { h } from "./dom.js";
import { known, say } from "./words.js";

// The person acting; every request carries them.
export const acting = { id: localStorage.getItem("haru-person") || "" };

export class Refused extends Error {
  constructor(code) {
    super(code);
    this.code = code;
  }
}

export async function get(path, facts = {}) {
  const query = new URLSearchParams({ as: acting.id, ...facts });
  return answered(await fetch(`/local/${path}?${query}`));
}

export async function send(path, body = {}, method = "POST") {
  const json = JSON.stringify({ as: acting.id, ...body });
  return answered(await fetch(`/local/${path}`, { method, body: json, headers: { "Content-Type": "application/json" } }));
}

export async function upload(file) {
  const query = new URLSearchParams({ as: acting.id, name: file.name });
  const headers = { "Content-Type": file.type || "application/octet-stream" };
  return answered(await fetch(`/local/files?${query}`, { method: "POST", body: file, headers }));
}

async function answered(response) {
  if (response.status === 409) throw new Refused((await response.json()).error);
  if (!response.ok) throw new Refused(`${response.status}`);
  return response.json();
}

export function toast(text) {
  const note = h(".toast", {}, text);
  document.getElementById("toasts").append(note);
  setTimeout(() => note.remove(), 6000);
}

export function complain(error) {
  const code = error.code || error.message;
  toast(known(code) ? say(code) : say("went_wrong", { code }));
}
