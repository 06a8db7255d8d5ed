import { useState } from 'react'

import { MoreActs } from './more-acts.tsx'
import { MoveAsk, MoveButton, RowActs } from './move-button.tsx'
import type { Move } from './move-button.tsx'

/** The moves of one row: the first has a button of its own, the others stand behind one menu. */
export function RowMoves({ thing, moves }: { thing: string; moves: readonly Move[] }) {
  const [asked, setAsked] = useState<string | null>(null)
  const [first, ...others] = moves
  if (first === undefined) return null
  return (
    <RowActs>
      <MoveButton isInRow {...first} />
      <MoreActs
        thing={thing}
        acts={others.map(({ words: { act } }) => ({ words: `${act}…`, onAct: () => setAsked(act) }))}
      />
      {others.map((move) => (
        <MoveAsk
          key={move.words.act}
          move={move}
          opened={asked === move.words.act}
          onClose={() => setAsked(null)}
        />
      ))}
    </RowActs>
  )
}
