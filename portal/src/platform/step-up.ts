import type { LiaisonClient } from '@liaison/client'
import { useSyncExternalStore } from 'react'

import { readTrouble } from './access-problem.ts'
import { createSignal } from './live.ts'

/** What the reader is asked while an act waits: to show again who they are, in another window. */
export type StepUpQuestion = {
  /** Whether it was asked before and the server still wants the proof. */
  isRepeated: boolean
  answer: (isConfirmed: boolean) => void
}

const question = createSignal<StepUpQuestion | null>(null)
let open: Promise<boolean> | null = null

/** Asks once, however many wait; true when the reader says that it is confirmed. */
export function askForStepUp(isRepeated = false): Promise<boolean> {
  open ??= new Promise((resolve) => {
    const answer = (isConfirmed: boolean) => {
      open = null
      question.write(null)
      resolve(isConfirmed)
    }
    question.write({ isRepeated, answer })
  })
  return open
}

/** The refusals that the reader was asked about and did not confirm; nobody asks about the same one again. */
const declined = new WeakSet()

async function isConfirmed(error: unknown, isRepeated: boolean): Promise<boolean> {
  if (!(error instanceof Error) || declined.has(error)) return false
  if (readTrouble(error).kind !== 'step_up') return false
  const isGiven = await askForStepUp(isRepeated)
  if (!isGiven) declined.add(error)
  return isGiven
}

/**
 * Does something that may need a fresh proof of who one is. The page never leaves for it, so nothing that was entered is
 * lost and none of it is kept anywhere: the act waits, and is sent again once the reader has confirmed. Throws the refusal
 * when the reader does not.
 */
export async function withStepUp<Answer>(act: () => Promise<Answer>): Promise<Answer> {
  let isRepeated = false
  for (;;) {
    try {
      return await act()
    } catch (error) {
      if (!(await isConfirmed(error, isRepeated))) throw error
      isRepeated = true
    }
  }
}

/**
 * The client of a write. Each of its calls waits for the fresh proof by itself, so that a write of several calls goes on
 * from the one that was refused and sends none of those before it a second time.
 */
export function createAskingClient(client: LiaisonClient): LiaisonClient {
  return new Proxy(client, {
    get(target, name) {
      const part: unknown = Reflect.get(target, name)
      if (typeof part !== 'function') return part
      return (...given: unknown[]) =>
        withStepUp(async (): Promise<unknown> => Reflect.apply(part, target, given))
    },
  })
}

/**
 * Lets Escape answer the question alone. It must be called before the first dialog stands on the page: listeners of the
 * window are told in the order in which they came, and a dialog closes on any Escape that it is told of, whatever lies on
 * top of it.
 */
export function answerStepUpOnEscape(): void {
  const listen = (event: KeyboardEvent) => {
    const asked = readStepUpQuestion()
    if (asked === null || event.key !== 'Escape' || event.isComposing) return
    event.stopImmediatePropagation()
    asked.answer(false)
  }
  window.addEventListener('keydown', listen, { capture: true })
}

/** What is asked at this moment, if anything. */
export function readStepUpQuestion(): StepUpQuestion | null {
  return question.read()
}

export function useStepUpQuestion(): StepUpQuestion | null {
  return useSyncExternalStore(question.subscribe, readStepUpQuestion)
}
