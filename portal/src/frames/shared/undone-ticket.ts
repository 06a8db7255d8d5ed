import type { Entered } from './ticket-draft.ts'

/** What stood in the form of the ticket that was taken back last, by the address of that form. */
let undone: { address: string; entered: Entered } | null = null

/** Keeps what was entered for the form at this address, whose ticket was taken back. */
export function keepEntered(address: string, entered: Entered): void {
  undone = { address, entered }
}

/** What was entered in the form at this address before its ticket was taken back. Never that of another tenant's form. */
export function enteredBefore(address: string): Entered | null {
  return undone?.address === address ? undone.entered : null
}

/** Forgets it: the form shows it again, or stands in another tenant. */
export function forgetEntered(): void {
  undone = null
}
