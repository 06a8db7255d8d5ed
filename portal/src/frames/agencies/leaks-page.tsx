import { TextInput } from '@mantine/core'
import { readBody } from '@liaison/client'
import type { LeakReport } from '@liaison/client'
import { useState } from 'react'

import { DataTable } from '../../parts/data-table.tsx'
import type { Column } from '../../parts/data-table.tsx'
import { Note, Page, Panel } from '../../parts/page.tsx'
import { Answer } from '../../parts/states.tsx'
import { DateText } from '../../parts/values.tsx'
import { WriteForm } from '../../parts/write-form.tsx'
import { useFrame } from '../../platform/frame.ts'
import { useRead, useWrite } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'
import { orgPlaces } from '../../places.ts'

type Found = Pick<LeakReport, 'kind' | 'label' | 'outcome'> | null

function said(found: Found): string {
  if (found === null) return t('leak.unknown')
  if (found.outcome === 'revoked') return t('leak.revoked', { what: found.label })
  return t(found.kind === 'form_token' ? 'leak.told' : 'leak.over', { what: found.label })
}

function Said({ found }: { found: Found }) {
  return (
    <div role="status">
      <Note tone={found === null ? 'info' : 'attention'}>
        <p>{said(found)}</p>
      </Note>
    </div>
  )
}

function ReportForm() {
  const [token, setToken] = useState('')
  const [place, setPlace] = useState('')
  const [isMissing, setMissing] = useState(false)
  const write = useWrite(
    (wanted: { token: string; place: string }, frame) =>
      readBody(
        frame.client.POST('/tenant/leak-reports', {
          body: { token: wanted.token, found_in: wanted.place === '' ? null : wanted.place },
        }),
      ),
    () => setToken(''),
  )
  return (
    <WriteForm
      write={write}
      act={t('leak.send')}
      onSend={() => {
        setMissing(token.trim() === '')
        if (token.trim() !== '') write.mutate({ token: token.trim(), place: place.trim() })
      }}
    >
      {write.data && <Said found={write.data.found} />}
      <TextInput
        id="token"
        label={t('leak.field_token')}
        value={token}
        maxLength={200}
        autoComplete="off"
        error={isMissing ? t('leak.missing') : undefined}
        onChange={(event) => setToken(event.currentTarget.value)}
      />
      <TextInput
        id="found_in"
        label={t('leak.field_place')}
        value={place}
        maxLength={2000}
        onChange={(event) => setPlace(event.currentTarget.value)}
      />
    </WriteForm>
  )
}

function columns(): Column<LeakReport>[] {
  return [
    { id: 'when', header: t('leak.when'), cell: (row) => <DateText iso={row.reported_at} /> },
    {
      id: 'what',
      header: t('leak.what'),
      cell: (row) => (
        <>
          {t(`leak.kind_${row.kind}`)}
          <div className="small muted mono">{row.label}</div>
        </>
      ),
    },
    { id: 'where', header: t('leak.where'), cell: (row) => row.found_in ?? <span className="muted">–</span> },
    { id: 'outcome', header: t('leak.outcome'), cell: (row) => t(`leak.outcome_${row.outcome}`) },
  ]
}

/** Reports a token, key or secret that was found in public, and lists what was reported (E12). */
export function LeaksPage() {
  const { tenantId: ten } = useFrame()
  const reports = useRead(['leak-reports'], (frame, signal) =>
    readBody(frame.client.GET('/tenant/leak-reports', { params: { query: { limit: 50 } }, signal })),
  )
  return (
    <Page
      title={t('leak.title')}
      lead={t('leak.lead')}
      back={{ to: orgPlaces.agencies(ten), label: t('agencies.title') }}
    >
      <div className="stack">
        <ReportForm />
        <Panel title={t('leak.list')}>
          <Answer query={reports}>
            {({ items }) =>
              items.length === 0 ? (
                <p className="muted">{t('leak.none')}</p>
              ) : (
                <DataTable
                  caption={t('leak.list')}
                  columns={columns()}
                  rows={items}
                  rowId={(row) => `${row.reported_at} ${row.label}`}
                />
              )
            }
          </Answer>
        </Panel>
      </div>
    </Page>
  )
}
