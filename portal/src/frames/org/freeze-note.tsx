import './pausing-words.ts'
import { readBody } from '@liaison/client'
import type { Freeze } from '@liaison/client'
import { useState } from 'react'

import { Ask } from '../../parts/confirm.tsx'
import { Note } from '../../parts/page.tsx'
import { useFrame, useMay } from '../../platform/frame.ts'
import { showToast } from '../../platform/live.ts'
import { useWrite } from '../../platform/query.ts'
import { formatUtc } from '../../platform/utc.ts'
import { t } from '../../platform/words.ts'
import { frozenName, isLiftAsked, liftBody, voidLift } from '../shared/freeze-words.ts'
import { useFreezes } from './calls.ts'

/** The freezes of the organisation that hold now. */
export function useStanding(): readonly Freeze[] {
  return (useFreezes().data?.items ?? []).filter((freeze) => freeze.in_force)
}

/** The status under which an access is shown: whatever is agreed, nothing of it is open while its partner is stopped. */
export const shownStatus = (status: string, isStopped: boolean): string =>
  isStopped && status === 'active' ? 'suspended' : status

function useLift(freeze: Freeze, who: string, onDone: () => void) {
  return useWrite(
    (reason: string, frame) =>
      readBody(
        frame.client.DELETE('/tenant/partner-access/freeze/{freeze_id}', {
          params: { path: { freeze_id: freeze.freeze_id } },
          body: liftBody(freeze, reason),
        }),
      ),
    (answer) => {
      onDone()
      showToast(t(answer.in_force ? 'freeze.lift_asked_own' : 'freeze.lifted', { who }))
    },
  )
}

function Lift({ freeze, who }: { freeze: Freeze; who: string }) {
  const [isOpen, setOpen] = useState(false)
  const { name } = useFrame()
  const isFirstOfTwo = freeze.takes_two_people && !isLiftAsked(freeze)
  const lift = useLift(freeze, who, () => setOpen(false))
  return (
    <>
      <button type="button" className="thing" onClick={() => setOpen(true)}>
        {t('freeze.lift')}…
      </button>
      <Ask
        opened={isOpen}
        title={t('freeze.lift_title', { who })}
        act={t('freeze.lift')}
        keep={t('freeze.keep')}
        isBusy={lift.isPending}
        error={lift.error}
        reason="required"
        onKeep={() => setOpen(false)}
        onAct={(reason) => lift.mutate(reason)}
      >
        {t(isFirstOfTwo ? 'freeze.lift_two_own' : 'freeze.lift_effect', { who: isFirstOfTwo ? name : who })}
      </Ask>
    </>
  )
}

/** That a freeze holds, since when and by whom, and how it is lifted; where nothing of its partner is open, that it only keeps them out. */
export function FreezeNote({ freeze, isOpen = true }: { freeze: Freeze; isOpen?: boolean }) {
  const mayLift = useMay('tenant.partner_access.approve')
  const isAll = freeze.scope === 'tenant'
  const who = isAll ? t('freeze.everybody') : frozenName(freeze)
  return (
    <Note tone={isOpen ? 'bad' : 'attention'}>
      <p className="strong">
        {t('freeze.standing', {
          who,
          at: formatUtc(freeze.created_at),
          name: freeze.set_by_name,
        })}
      </p>
      {!isOpen && <p>{t(isAll ? 'freeze.nothing_open_all' : 'freeze.nothing_open', { who })}</p>}
      {freeze.reason !== null && <p>{freeze.reason}</p>}
      {isLiftAsked(freeze) ? (
        <p>{t(freeze.lift_asked_by_you ? 'freeze.lift_asked_own' : 'freeze.lift_asked')}</p>
      ) : (
        <p>{voidLift(freeze)}</p>
      )}
      {mayLift && !freeze.lift_asked_by_you && <Lift freeze={freeze} who={who} />}
    </Note>
  )
}

/** The freezes that stop one partner, where an access of it is shown that would be open without them. */
export function FreezeNotes({ freezes }: { freezes: readonly Freeze[] }) {
  return freezes.map((freeze) => <FreezeNote key={freeze.freeze_id} freeze={freeze} />)
}
