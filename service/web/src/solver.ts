/** The work of a challenge, in a thread of its own: the number whose SHA-256 after the salt is the challenge. */

export interface Challenge {
  algorithm: string;
  challenge: string;
  maxNumber: number;
  salt: string;
  signature: string;
}

const encoder = new TextEncoder();

async function solve(asked: Challenge): Promise<number | null> {
  for (let number = 0; number <= asked.maxNumber; number++) {
    const digest = await crypto.subtle.digest("SHA-256", encoder.encode(asked.salt + String(number)));
    if (hex(digest) === asked.challenge) return number;
  }
  return null;
}

function hex(digest: ArrayBuffer): string {
  let text = "";
  for (const byte of new Uint8Array(digest)) text += byte.toString(16).padStart(2, "0");
  return text;
}

self.addEventListener("message", (event: MessageEvent<Challenge>) => {
  // Browsers offer no crypto.subtle on an address without TLS.
  solve(event.data).then(
    (number) => self.postMessage(number),
    () => self.postMessage(null),
  );
});
