import type { Freeze } from '@liaison/client'

import { MoveButton } from '../../parts/move-button.tsx'
import type { Frame } from '../../platform/frame.ts'
import { t } from '../../platform/words.ts'
import { isLiftAsked, liftBody } from './freeze-words.ts'
import type { LiftBody } from './freeze-words.ts'

type LiftFreezeProps = {
  freeze: Freeze
  who: string
  /** What the first of two people does by asking, and what then stands. */
  first: { effect: string; done: string }
  lift: (body: LiftBody, frame: Frame) => Promise<unknown>
}

/** Lifts a freeze, or asks a second person to where it takes two. */
export function LiftFreeze({ freeze, who, first, lift }: LiftFreezeProps) {
  const isFirstOfTwo = freeze.takes_two_people && !isLiftAsked(freeze)
  return (
    <MoveButton
      isInRow
      reason="required"
      words={{
        act: t('freeze.lift'),
        title: t('freeze.lift_title', { who }),
        effect: isFirstOfTwo ? first.effect : t('freeze.lift_effect', { who }),
        keep: t('freeze.keep'),
        done: isFirstOfTwo ? first.done : t('freeze.lifted', { who }),
      }}
      move={(reason, frame) => lift(liftBody(freeze, reason), frame)}
    />
  )
}
