/** The path of the page on which an approval was asked for by a key before the page was there. */
let wanted: string | null = null

/** Remembers that the page behind an address is to ask for the approval once it can (U1). */
export function wantApproval(address: string): void {
  wanted = new URL(address, window.location.href).pathname
}

/** Whoever went elsewhere meanwhile does not want it any more. */
export function forgetApprovalElsewhere(path: string): void {
  if (wanted !== path) wanted = null
}

function pressWhenWanted(button: HTMLElement | null): void {
  if (button === null || wanted !== window.location.pathname) return
  wanted = null
  button.click()
}

/**
 * What makes a button the one that the key of approvals presses. The button must open a dialog that asks: a single letter
 * never approves anything by itself (U1, U8).
 */
export const approvalButton = { 'data-approve': '', ref: pressWhenWanted } as const
