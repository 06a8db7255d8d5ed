import './features-words.ts'
import { TextInput } from '@mantine/core'
import { readBody } from '@liaison/client'
import { useState } from 'react'

import { Ask } from '../../parts/confirm.tsx'
import { MoreActs } from '../../parts/more-acts.tsx'
import { MoveButton, RowActs } from '../../parts/move-button.tsx'
import type { Frame } from '../../platform/frame.ts'
import { endOfDay } from '../../platform/last-day.ts'
import { showToast } from '../../platform/live.ts'
import { useWrite } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'

type Setting = { override: 'on' | 'off' | null; is_on: boolean }
type OverrideProps = {
  feature: { key: string; name: string }
  partner: { id: string; name: string }
  setting: Setting
}

const switches = ['on', 'off'] as const

type Wanted = { override: 'on' | 'off' | null; reason: string; day: string }

function put({ client }: Frame, { feature, partner }: OverrideProps, { override, reason, day }: Wanted) {
  const end = endOfDay(day)
  return readBody(
    client.PUT('/admin/features/{key}/partners/{partner_id}/override', {
      params: { path: { key: feature.key, partner_id: partner.id } },
      body: { override, reason, ...(end === null ? {} : { expires_at: end.toISOString() }) },
    }),
  )
}

const namesOf = ({ feature, partner }: OverrideProps) => ({ feature: feature.name, partner: partner.name })

type SwitchProps = { act: 'on' | 'off'; about: OverrideProps; opened: boolean; onClose: () => void }

/** Switches a feature for one partner, until somebody changes it or until the end of a day. */
function SwitchAsk({ act, about, opened, onClose }: SwitchProps) {
  const [day, setDay] = useState('')
  const names = namesOf(about)
  const write = useWrite(
    (wanted: Wanted, frame) => put(frame, about, wanted),
    () => {
      onClose()
      setDay('')
      showToast(t('override.done', names))
    },
  )
  return (
    <Ask
      opened={opened}
      title={t(`override.${act}_title`, names)}
      act={t(`override.${act}`)}
      keep={t('override.keep')}
      isDanger={act === 'off'}
      isBusy={write.isPending}
      error={write.error}
      reason="required"
      onKeep={onClose}
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
  )
}

function ClearButton({ about }: { about: OverrideProps }) {
  const names = namesOf(about)
  return (
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
  )
}

/** Sets a feature for one partner, or leaves it to the rules again: what changes its answer first, the rest in a menu. */
export function OverrideActs(about: OverrideProps) {
  const { setting, partner } = about
  const [asked, setAsked] = useState<'on' | 'off' | null>(null)
  const first = setting.is_on ? 'off' : 'on'
  const isSet = setting.override !== null
  const others = switches.filter((act) => act !== (isSet ? setting.override : first))
  return (
    <RowActs>
      {isSet ? (
        <ClearButton about={about} />
      ) : (
        <button type="button" className="row-tool" onClick={() => setAsked(first)}>
          {t(`override.${first}`)}…
        </button>
      )}
      <MoreActs
        thing={partner.name}
        acts={others.map((act) => ({ words: `${t(`override.${act}`)}…`, onAct: () => setAsked(act) }))}
      />
      {switches.map((act) => (
        <SwitchAsk key={act} act={act} about={about} opened={asked === act} onClose={() => setAsked(null)} />
      ))}
    </RowActs>
  )
}
