import './extend-words.ts'
import { Button, NativeSelect, TextInput } from '@mantine/core'
import { readBody } from '@liaison/client'
import type { LiaisonClient, Link, LinkDetail } from '@liaison/client'
import { useState } from 'react'

import { WriteProblem } from '../../parts/error-summary.tsx'
import { Note, Panel } from '../../parts/page.tsx'
import { readClock } from '../../platform/clock.ts'
import { formatDate } from '../../platform/format.ts'
import { showToast } from '../../platform/live.ts'
import { useWrite } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'

const lengths = ['90', '180', '365'] as const
const dayMs = 86_400_000

/** The end that an extension by so many days would bring, counted from the present end or from now if later. */
export function extendedEnd(endsAt: string | null, days: number, now: Date): string {
  const from = Math.max(endsAt === null ? 0 : new Date(endsAt).getTime(), now.getTime())
  return new Date(from + days * dayMs).toISOString()
}

export type Extension = {
  link: Pick<Link, 'link_id' | 'ends_at'>
  etag: string | null
  days: number
  reason: string
}

/** Asks the tenant to let a link last longer. Nothing changes before the tenant agrees (B1). */
function askToExtend(client: LiaisonClient, { link, etag, days, reason }: Extension) {
  return readBody(
    client.POST('/partner/links/{link_id}/changes', {
      params: { path: { link_id: link.link_id } },
      headers: { 'If-Match': etag ?? '' },
      body: { ends_at: extendedEnd(link.ends_at, days, readClock()), reason },
    }),
  )
}

type LengthSelectProps = { endsAt: string | null; days: string; onDays: (days: string) => void }

function LengthSelect({ endsAt, days, onDays }: LengthSelectProps) {
  const endAfter = (length: string) => formatDate(extendedEnd(endsAt, Number(length), readClock()))
  return (
    <NativeSelect label={t('extend.by')} value={days} onChange={(event) => onDays(event.currentTarget.value)}>
      {lengths.map((length) => (
        <option key={length} value={length}>
          {t('extend.option', { days: length, date: endAfter(length) })}
        </option>
      ))}
    </NativeSelect>
  )
}

/** Tells of the request that waits and that another one would take the place of; nothing where none waits. */
export function ReplacesNote({ link }: { link: Pick<LinkDetail, 'tenant_name' | 'changes'> }) {
  const waiting = link.changes.find(({ status }) => status === 'waiting')
  if (!waiting) return null
  const rows = waiting.rows.map(({ label, before, after }) => `${label}, ${before} → ${after}`).join('; ')
  return <Note tone="attention">{t('extend.replaces', { tenant: link.tenant_name, waiting: rows })}</Note>
}

/** Asks one tenant for more time. */
export function ExtendForm({ link, etag }: { link: LinkDetail; etag: string | null }) {
  const [days, setDays] = useState<string>('180')
  const [reason, setReason] = useState('')
  const write = useWrite(
    (extension: Extension, frame) => askToExtend(frame.client, extension),
    () => {
      setReason('')
      showToast(t('extend.done', { tenant: link.tenant_name }))
    },
  )
  return (
    <Panel title={t('extend.title')}>
      <form
        className="stack tight"
        onSubmit={(event) => {
          event.preventDefault()
          write.mutate({ link, etag, days: Number(days), reason: reason.trim() })
        }}
      >
        <p className="muted">{t('extend.text', { tenant: link.tenant_name })}</p>
        <ReplacesNote link={link} />
        <WriteProblem error={write.error} />
        <LengthSelect endsAt={link.ends_at} days={days} onDays={setDays} />
        <TextInput
          id="reason"
          label={t('extend.reason')}
          required
          maxLength={500}
          value={reason}
          onChange={(event) => setReason(event.currentTarget.value)}
        />
        <div>
          <Button type="submit" variant="light" loading={write.isPending}>
            {t('extend.ask', { tenant: link.tenant_name })}
          </Button>
        </div>
      </form>
    </Panel>
  )
}
