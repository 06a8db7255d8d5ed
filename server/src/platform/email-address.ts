/** An e-mail address as it is stored and compared. */
export function normalizeEmail(text: string): string {
  return text.normalize('NFC').trim().toLowerCase()
}

/** Whether a text has the form of an e-mail address; whether it exists is found out by writing to it. */
export function isEmail(text: string): boolean {
  return text.length <= 254 && /^[^@\s]+@[^@\s.]+(\.[^@\s.]+)+$/.test(text)
}
