import { Button } from '@mantine/core'
import { useState } from 'react'
import type { ReactNode } from 'react'

import { approvalButton } from '../platform/approval.ts'
import type { Frame } from '../platform/frame.ts'
import { showToast } from '../platform/live.ts'
import { useWrite } from '../platform/query.ts'
import { Ask } from './confirm.tsx'
import type { Asked } from './confirm.tsx'

export type MoveWords = {
  /** Verb and object, such as "Suspend the client". */
  act: string
  /** What the button in the row says, where that is shorter than the act. */
  open?: string
  title: string
  effect: string
  /** What stays when one does not act. */
  keep: string
  /** Said once it is done. */
  done: string
}

type MoveButtonProps = {
  words: MoveWords
  move: (reason: string, frame: Frame) => Promise<unknown>
  reason?: 'optional' | 'required'
  /** What the field asks for when it is no reason. */
  asks?: Asked
  isDanger?: boolean
  /** In a row of a table a plain element, because library components make lists slow. Red waits for the question. */
  isInRow?: boolean
  /** Whether the key of approvals presses it. */
  isApproval?: boolean
}

/** What a change of state needs to ask and to do, wherever its button stands. */
export type Move = Pick<MoveButtonProps, 'words' | 'move' | 'reason' | 'asks' | 'isDanger'>

/** The question before a change of state that is reversible but felt (level 1), and how it went. */
export function MoveAsk({
  move: one,
  opened,
  onClose,
}: {
  move: Move
  opened: boolean
  onClose: () => void
}) {
  const { words, move, reason, asks, isDanger = false } = one
  const write = useWrite(move, () => {
    onClose()
    showToast(words.done)
  })
  return (
    <Ask
      opened={opened}
      title={words.title}
      act={words.act}
      keep={words.keep}
      isDanger={isDanger}
      isBusy={write.isPending}
      error={write.error}
      {...(reason === undefined ? {} : { reason })}
      asks={asks}
      onKeep={onClose}
      onAct={(given) => write.mutate(given)}
    >
      {words.effect}
    </Ask>
  )
}

/** A change of state that is reversible but felt (level 1): asks once, in place, and says how it went. */
export function MoveButton({ isInRow = false, isApproval = false, ...one }: MoveButtonProps) {
  const { words } = one
  const [isOpen, setOpen] = useState(false)
  const open = () => setOpen(true)
  const keyed = isApproval ? approvalButton : {}
  // What waits for somebody to approve it is what the page is opened for.
  const look = isApproval ? {} : { variant: 'default' }
  return (
    <>
      {isInRow ? (
        <button type="button" className="row-tool" onClick={open} {...keyed}>
          {words.open ?? words.act}…
        </button>
      ) : (
        <Button {...look} onClick={open} {...keyed}>
          {words.open ?? words.act}…
        </Button>
      )}
      <MoveAsk move={one} opened={isOpen} onClose={() => setOpen(false)} />
    </>
  )
}

/** The acts of one row, side by side. */
export function RowActs({ children }: { children: ReactNode }) {
  return <span className="row-acts">{children}</span>
}

/** The body of a move: the reason, when there is one. */
export function reasonBody(reason: string): { reason?: string } {
  return reason === '' ? {} : { reason }
}
