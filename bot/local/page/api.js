// Calls the page's own API on behalf of the current user, and reports errors.
import { h } from "./dom.js";
import { hasPhrase, phrase } from "./words.js";

// The user the page acts as. Every request carries their id.
export const currentUser = { id: localStorage.getItem("haru-person") || "" };

// The server refused an action. The phrase of its code says why.
export class RefusedError extends Error {
  constructor(code) {
    super(code);
    this.code = code;
  }
}

export async function get(path, parameters = {}) {
  const query = new URLSearchParams({ as: currentUser.id, ...parameters });
  return readResponse(await fetch(`/local/${path}?${query}`));
}

export async function send(path, body = {}, method = "POST") {
  const json = JSON.stringify({ as: currentUser.id, ...body });
  return readResponse(await fetch(`/local/${path}`, { method, body: json, headers: { "Content-Type": "application/json" } }));
}

export async function upload(file) {
  const query = new URLSearchParams({ as: currentUser.id, name: file.name });
  const headers = { "Content-Type": file.type || "application/octet-stream" };
  return readResponse(await fetch(`/local/files?${query}`, { method: "POST", body: file, headers }));
}

async function readResponse(response) {
  if (response.status === 409) throw new RefusedError((await response.json()).error);
  if (!response.ok) throw new RefusedError(`${response.status}`);
  return response.json();
}

// Shows an error at the bottom of the page for a few seconds.
export function showError(error) {
  const code = error.code || error.message;
  const toast = h(".toast", {}, hasPhrase(code) ? phrase(code) : phrase("went_wrong", { code }));
  document.getElementById("toasts").append(toast);
  setTimeout(() => toast.remove(), 6000);
}
