import { Button, NativeSelect, TextInput } from '@mantine/core'
import { readBody } from '@liaison/client'
import type { UserUsageDetail } from '@liaison/client'
import { useState } from 'react'

import { WriteProblem } from '../../parts/error-summary.tsx'
import { Panel } from '../../parts/page.tsx'
import { showToast } from '../../platform/live.ts'
import { useWrite } from '../../platform/query.ts'
import { t, tValue } from '../../platform/words.ts'
import { limitName } from './meter.tsx'
import { SETTABLE } from './user-parts.tsx'
import type { SettableKey } from './user-parts.tsx'

const KINDS = ['warn', 'throttle', 'restrict', 'review', 'cooldown', 'suspend', 'idle'] as const
type Kind = (typeof KINDS)[number]

interface Wish {
  readonly key: SettableKey
  readonly number: string
  readonly kind: Kind
  readonly reason: string
  readonly until: string
}

/** Minutes are what people think in; the server counts seconds. */
const inUnits = (key: SettableKey, number: number): number =>
  key === 'session.idle_s' || key === 'session.absolute_s' ? number * 60 : number

function useSetLimit(userId: string, onDone: () => void) {
  return useWrite(
    ({ key, number, kind, reason, until }: Wish, frame) =>
      readBody(
        frame.client.PUT('/partner/users/{end_user_id}/limits/{key}', {
          params: { path: { end_user_id: userId, key } },
          body: {
            value: key === 'on_exceed' ? kind : inUnits(key, Number(number)),
            reason,
            ...(until !== '' && { expires_at: `${until}T23:59:59Z` }),
          },
        }),
      ),
    () => {
      showToast(t('usage.set_done'))
      onDone()
    },
  )
}

type FieldProps = { wish: Wish; change: (part: Partial<Wish>) => void }

function ValueField({ wish, change }: FieldProps) {
  if (wish.key === 'on_exceed') {
    return (
      <NativeSelect
        id="value"
        label={t('usage.set_consequence')}
        value={wish.kind}
        onChange={(event) =>
          change({ kind: KINDS.find((kind) => kind === event.currentTarget.value) ?? wish.kind })
        }
      >
        {KINDS.map((kind) => (
          <option key={kind} value={kind}>
            {tValue('usage.kind', kind)}
          </option>
        ))}
      </NativeSelect>
    )
  }
  const isTime = wish.key === 'session.idle_s' || wish.key === 'session.absolute_s'
  return (
    <TextInput
      id="value"
      label={t(isTime ? 'usage.set_minutes' : 'usage.set_value')}
      inputMode="numeric"
      required
      value={wish.number}
      onChange={(event) => change({ number: event.currentTarget.value.replaceAll(/\D/g, '') })}
    />
  )
}

function WhyAndUntil({ wish, change }: FieldProps) {
  return (
    <>
      <TextInput
        id="reason"
        label={t('usage.set_reason')}
        required
        maxLength={500}
        value={wish.reason}
        onChange={(event) => change({ reason: event.currentTarget.value })}
      />
      <TextInput
        id="expires_at"
        type="date"
        label={t('usage.set_until')}
        description={t('usage.set_until_help')}
        value={wish.until}
        onChange={(event) => change({ until: event.currentTarget.value })}
      />
    </>
  )
}

/** Sets one limit of a user; the platform's own bounds are told by the server. */
export function SetLimit({ detail }: { detail: UserUsageDetail }) {
  const open = SETTABLE.filter((key) => detail.layers.find((limit) => limit.key === key)?.rule !== 'fixed')
  const nothing: Wish = { key: open[0] ?? 'ops.per_day', number: '', kind: 'warn', reason: '', until: '' }
  const [wish, setWish] = useState(nothing)
  const write = useSetLimit(detail.end_user_id, () => setWish(nothing))
  const change = (part: Partial<Wish>) => setWish({ ...wish, ...part })
  return (
    <Panel title={t('usage.set_title')}>
      <form
        className="stack tight form"
        onSubmit={(event) => {
          event.preventDefault()
          write.mutate(wish)
        }}
      >
        <WriteProblem error={write.error} />
        <NativeSelect
          id="limit_key"
          label={t('usage.limit')}
          value={wish.key}
          onChange={(event) =>
            change({ key: open.find((key) => key === event.currentTarget.value) ?? wish.key })
          }
        >
          {open.map((key) => (
            <option key={key} value={key}>
              {limitName(key)}
            </option>
          ))}
        </NativeSelect>
        <ValueField wish={wish} change={change} />
        <WhyAndUntil wish={wish} change={change} />
        <div>
          <Button type="submit" loading={write.isPending}>
            {t('usage.set')}
          </Button>
        </div>
      </form>
    </Panel>
  )
}
