// One answer as it is written: begun by a POST, read in pieces, stopped by another POST. It goes on when the page is
// reloaded, and another page can listen in.

import { getJson, send } from '../api.js';

const AGAIN_MS = 120;
const LOST_MS = 2500;

export class Talk {
  constructor(id, heard) {
    this.id = id;
    this.heard = heard; // called with every event; the last is `done` or `failed`
    this.at = 0;
    this.read();
  }

  static async begin(path, values, heard) {
    return new Talk((await send(path, values)).talk, heard);
  }

  async read() {
    let wait = AGAIN_MS;
    try {
      const { events, next, ended } = await getJson(`ma/talks/${this.id}.json?from=${this.at}`);
      this.at = next;
      for (const event of events) this.heard(event);
      if (ended) return;
    } catch (error) {
      if (error.status) return this.heard({ type: 'failed', what: error.what, advice: error.advice });
      wait = LOST_MS; // the studio does not answer at the moment
    }
    setTimeout(() => this.read(), wait);
  }

  stop() {
    return send(`ma/talks/${this.id}/stop`);
  }
}
