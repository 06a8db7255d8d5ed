import './features-words.ts'
import { TextInput } from '@mantine/core'
import { readBody } from '@liaison/client'
import { useState } from 'react'

import { Ask } from '../../parts/confirm.tsx'
import { MoveButton, RowActs } from '../../parts/move-button.tsx'
import type { Frame } from '../../platform/frame.ts'
import { showToast } from '../../platform/live.ts'
import { useWrite } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'

type Setting = { override: 'on' | 'off' | null }
type OverrideProps = {
  feature: { key: string; name: string }
  partner: { id: string; name: string }
  setting: Setting
}

type Wanted = { override: 'on' | 'off' | null; reason: string; day: string }

/** The first instant after a day of UTC. */
function endOf(day: string): string | undefined {
  const at = Date.parse(`${day}T00:00:00Z`)
  return Number.isNaN(at) ? undefined : new Date(at + 86_400_000).toISOString()
}

function put({ client }: Frame, { feature, partner }: OverrideProps, { override, reason, day }: Wanted) {
  const end = endOf(day)
  return readBody(
    client.PUT('/admin/features/{key}/partners/{partner_id}/override', {
      params: { path: { key: feature.key, partner_id: partner.id } },
      body: { override, reason, ...(end === undefined ? {} : { expires_at: end }) },
    }),
  )
}

const namesOf = ({ feature, partner }: OverrideProps) => ({ feature: feature.name, partner: partner.name })

/** Switches a feature for one partner, until somebody changes it or until the end of a day. */
function SwitchButton({ act, about }: { act: 'on' | 'off'; about: OverrideProps }) {
  const [isOpen, setOpen] = useState(false)
  const [day, setDay] = useState('')
  const names = namesOf(about)
  const write = useWrite(
    (wanted: Wanted, frame) => put(frame, about, wanted),
    () => {
      setOpen(false)
      setDay('')
      showToast(t('override.done', names))
    },
  )
  return (
    <>
      <button
        type="button"
        className={act === 'off' ? 'row-tool danger' : 'row-tool'}
        onClick={() => setOpen(true)}
      >
        {t(`override.${act}`)}…
      </button>
      <Ask
        opened={isOpen}
        title={t(`override.${act}_title`, names)}
        act={t(`override.${act}`)}
        keep={t('override.keep')}
        isDanger={act === 'off'}
        isBusy={write.isPending}
        error={write.error}
        reason="required"
        onKeep={() => setOpen(false)}
        onAct={(reason) => write.mutate({ override: act, reason, day })}
      >
        <div className="stack tight">
          <p>{t(`override.${act}_effect`)}</p>
          <TextInput
            type="date"
            label={t('override.until')}
            description={t('override.until_hint')}
            value={day}
            onChange={(event) => setDay(event.currentTarget.value)}
          />
        </div>
      </Ask>
    </>
  )
}

/** Sets a feature for one partner, or leaves it to the rules again. */
export function OverrideActs(about: OverrideProps) {
  const { setting } = about
  const names = namesOf(about)
  return (
    <RowActs>
      {setting.override !== 'on' && <SwitchButton act="on" about={about} />}
      {setting.override !== 'off' && <SwitchButton act="off" about={about} />}
      {setting.override !== null && (
        <MoveButton
          words={{
            act: t('override.clear'),
            title: t('override.clear_title', names),
            effect: t('override.clear_effect'),
            keep: t('override.keep'),
            done: t('override.done', names),
          }}
          reason="required"
          isInRow
          move={(reason, frame) => put(frame, about, { override: null, reason, day: '' })}
        />
      )}
    </RowActs>
  )
}
