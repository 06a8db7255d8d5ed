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
      if (readTrouble(error).kind !== 'step_up' || !(await askForStepUp(isRepeated))) throw error
      isRepeated = true
    }
  }
}

export function useStepUpQuestion(): StepUpQuestion | null {
  return useSyncExternalStore(question.subscribe, question.read)
}
