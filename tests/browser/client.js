// A client of the API as the CRM's React app is one: on another origin, with tokens that it keeps in its own storage, and
// a new access token whenever the old one is about to end.
"use strict";

class Client {
  constructor(base) {
    this.base = base;
  }

  // What an access token says of itself, without asking anybody.
  claims() {
    const [, payload] = localStorage.access.split(".");
    return JSON.parse(atob(payload.replaceAll("-", "+").replaceAll("_", "/")));
  }

  async send(method, path, body, headers = {}) {
    if (body !== undefined) {
      headers["Content-Type"] = "application/json";
    }
    const answer = await fetch(`${this.base}/api/v1/${path}`, {
      method,
      headers,
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const text = await answer.text();
    return { status: answer.status, headers: answer.headers, body: text ? JSON.parse(text) : null };
  }

  async login(username, password) {
    const { status, body } = await this.send("POST", "auth/login/", { username, password });
    if (status === 200) {
      localStorage.access = body.access;
      localStorage.refresh = body.refresh;
    }
    return { status, user: body.user, detail: body.detail };
  }

  async refresh() {
    const { status, body } = await this.send("POST", "auth/refresh/", { refresh: localStorage.refresh });
    if (status === 200) {
      localStorage.access = body.access;
    }
    return status;
  }

  // Asks with the token; where it is dead, once more with a new one.
  async ask(method, path, body) {
    const shown = () => ({ Authorization: `Bearer ${localStorage.access}` });
    const answer = await this.send(method, path, body, shown());
    if (answer.status !== 401 || (await this.refresh()) !== 200) {
      return answer;
    }
    return this.send(method, path, body, shown());
  }

  async logout() {
    return (await this.send("POST", "auth/logout/", { refresh: localStorage.refresh })).status;
  }
}

// What a user of that app does in an afternoon; each answer by the name of its step.
async function afternoon(base, username, password) {
  const client = new Client(base);
  const told = {};
  told.refused = await client.login(username, "wrong");
  told.login = await client.login(username, password);
  told.claims = client.claims();
  told.me = (await client.ask("GET", "auth/me/")).body;
  told.refreshed = [await client.refresh(), await client.refresh()];
  localStorage.access = "dead.e30.token";
  told.list = (await client.ask("GET", "segments/?status=active&ordering=-created_at&page_size=5")).body;
  const rules = { entity: "contact", match_type: "all", rules: [{ field: "company.country", operator: "equals", value: "Thailand" }] };
  told.preview = (await client.ask("POST", "segments/validate_filters/", { filter_criteria: rules })).body;
  const created = await client.ask("POST", "segments/", { name: "From the app", segment_type: "dynamic", filter_criteria: rules });
  told.created = { status: created.status, etag: created.headers.get("ETag"), body: created.body };
  const at = `segments/${created.body.id}/`;
  told.taken = (await client.ask("POST", "segments/", { name: "from the app", filter_criteria: rules })).body.name;
  told.changed = (await client.ask("PATCH", at, { description: "Made elsewhere" })).body.description;
  told.members = (await client.ask("GET", `${at}members/?limit=3&offset=0`)).body;
  const copy = await client.ask("POST", `${at}duplicate/`, { name: "A copy" });
  told.copy = { status: copy.status, body: copy.body };
  told.recalculated = (await client.ask("POST", `${at}recalculate/`)).body;
  told.enrolled = (await client.ask("POST", `${at}enroll_in_sequence/`)).status;
  told.deleted = (await client.ask("DELETE", `segments/${copy.body.id}/`)).status;
  told.gone = (await client.ask("GET", `segments/${copy.body.id}/`)).status;
  told.logout = await client.logout();
  told.dead = await client.refresh();
  told.out = (await client.ask("GET", "auth/me/")).status;
  return told;
}
