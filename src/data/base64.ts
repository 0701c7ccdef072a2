const CHUNK = 0x8000; // arguments that String.fromCharCode takes at once

/**
 * Bytes as base64 text, for JSON.
 *
 * @example
 * data.toBase64(new Uint8Array([1, 2, 3])); // "AQID"
 */
export function toBase64(bytes: Uint8Array): string {
  let text = "";
  for (let i = 0; i < bytes.length; i += CHUNK) text += String.fromCharCode(...bytes.subarray(i, i + CHUNK));
  return btoa(text);
}

/**
 * The bytes that `toBase64` wrote.
 *
 * @throws {DOMException} for what is no base64
 * @example
 * data.fromBase64("AQID"); // bytes 1, 2, 3
 */
export function fromBase64(text: string): Uint8Array {
  const binary = atob(text);
  return Uint8Array.from(binary, (char) => char.charCodeAt(0));
}
