import { useSyncExternalStore } from 'react'

/** One value outside React that components can read and anybody can set. */
type Signal<Value> = {
  read: () => Value
  write: (next: Value) => void
  subscribe: (listener: () => void) => () => void
}

/** Makes a value that lives outside the components, for as long as the page is open. */
export function createSignal<Value>(initial: Value): Signal<Value> {
  let current = initial
  const listeners = new Set<() => void>()
  return {
    read: () => current,
    write: (next) => {
      current = next
      for (const listener of listeners) listener()
    },
    subscribe: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}

/** A sentence about what was done, and how to take it back where that can be done. */
export type Toast = { id: number; text: string; undo: (() => void) | null }

const announcement = createSignal('')
const toasts = createSignal<readonly Toast[]>([])
const mismatch = createSignal(false)
let lastToast = 0

/** Says a sentence to screen readers without moving focus (WCAG 4.1.3). */
export function announce(sentence: string): void {
  announcement.write(sentence)
}

/**
 * Shows a sentence for eight seconds and says it to screen readers. Use it only for what the page also shows. With `undo` it
 * stands for ten seconds and offers to take back what it says; give it where the page offers the same, later too.
 */
export function showToast(text: string, undo: (() => void) | null = null): void {
  lastToast += 1
  const toast = { id: lastToast, text, undo }
  toasts.write([...toasts.read(), toast])
  setTimeout(() => dismissToast(toast.id), undo ? 10_000 : 8_000)
}

export function dismissToast(id: number): void {
  toasts.write(toasts.read().filter((toast) => toast.id !== id))
}

export function useAnnouncement(): string {
  return useSyncExternalStore(announcement.subscribe, announcement.read)
}

export function useToasts(): readonly Toast[] {
  return useSyncExternalStore(toasts.subscribe, toasts.read)
}

/** Stops the whole page: an answer belonged to another tenant (B4). Only a fresh page clears it. */
export function stopForMismatch(): void {
  mismatch.write(true)
}

export function useMismatch(): boolean {
  return useSyncExternalStore(mismatch.subscribe, mismatch.read)
}
