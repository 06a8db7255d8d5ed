import { Button } from '@mantine/core'
import { readBody } from '@liaison/client'
import type { SlaFloors } from '@liaison/client'
import { useState } from 'react'

import { Page, Panel } from '../../parts/page.tsx'
import { Answer, Empty, ScopeNote } from '../../parts/states.tsx'
import { TableFrame } from '../../parts/table-frame.tsx'
import { DateText } from '../../parts/values.tsx'
import { useFrame } from '../../platform/frame.ts'
import { GoLink } from '../../platform/navigate.tsx'
import { useRead } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'
import { actingPlaces } from '../../places.ts'
import { ChooseHead, nothingChosen, withFlipped } from '../shared/choose.tsx'
import type { Chosen } from '../shared/choose.tsx'
import { formatLength } from '../shared/length.ts'
import { FloorEditor } from './floor-editor.tsx'
import type { FloorsWritten } from './floor-editor.tsx'

type Subsidiary = SlaFloors['items'][number]

function Times({ floor }: Pick<Subsidiary, 'floor'>) {
  if (floor === null) return <>–</>
  const { first_response_min: response, resolution_min: resolution } = floor.terms.priorities.urgent
  return (
    <>
      {t('floors.urgent_times', { response: formatLength(response), resolution: formatLength(resolution) })}
    </>
  )
}

type RowProps = { row: Subsidiary; isChosen: boolean; onToggle: () => void }

function Row({ row, isChosen, onToggle }: RowProps) {
  const { partnerId } = useFrame()
  const { floor, tenant_id: tenantId, tenant_name: tenant } = row
  const uptime = floor?.terms.uptime_target ?? null
  return (
    <tr>
      <td data-label={t('floors.tenant')}>
        <label className="check">
          <input
            type="checkbox"
            aria-label={t('floors.choose_one', { tenant })}
            checked={isChosen}
            onChange={onToggle}
          />
          <GoLink className="thing" to={`${actingPlaces.sla(partnerId, tenantId)}?kind=floor`}>
            {tenant}
          </GoLink>
        </label>
      </td>
      <td data-label={t('floors.now')}>
        {floor === null ? (
          <span className="muted">{t('floors.no_floor')}</span>
        ) : (
          <>
            {t('promise.version', { version: floor.version })}, <DateText iso={floor.created_at} />
            <br />
            <span className="small muted">{floor.note}</span>
          </>
        )}
      </td>
      <td data-label={t('floors.urgent')}>
        <Times floor={floor} />
      </td>
      <td className="num" data-label={t('floors.uptime')}>
        {uptime === null ? '–' : t('promise.percent', { percent: uptime })}
      </td>
    </tr>
  )
}

type TableProps = {
  rows: readonly Subsidiary[]
  chosen: Chosen
  onChosen: (chosen: Chosen) => void
}

function Subsidiaries({ rows, chosen, onChosen }: TableProps) {
  return (
    <div className="list">
      <TableFrame
        caption={t('floors.caption')}
        heads={[
          <ChooseHead
            key="choose"
            title={t('floors.tenant')}
            ids={rows.map((row) => row.tenant_id)}
            chosen={chosen}
            onChosen={onChosen}
          />,
          t('floors.now'),
          t('floors.urgent'),
          { figures: t('floors.uptime') },
        ]}
      >
        {rows.map((row) => (
          <Row
            key={row.tenant_id}
            row={row}
            isChosen={chosen.has(row.tenant_id)}
            onToggle={() => onChosen(withFlipped(chosen, row.tenant_id))}
          />
        ))}
      </TableFrame>
    </div>
  )
}

function wordsOf({ outcome, version, detail }: FloorsWritten['items'][number]): string {
  if (outcome === 'done') return t('floors.done', { version: version ?? 0 })
  return outcome === 'unchanged' ? t('floors.unchanged') : t('floors.refused', { why: detail ?? '' })
}

function Results({ written }: { written: FloorsWritten }) {
  const { done, unchanged, refused, items } = written
  return (
    <Panel title={t('floors.results')}>
      <p role="status">{t('floors.result', { done, unchanged, refused })}</p>
      <ul className="results">
        {items.map((item) => (
          <li key={item.tenant_id}>
            <span className="strong">{item.tenant_name ?? t('floors.hidden')}</span>{' '}
            <span className={item.outcome === 'refused' ? 'late' : 'muted'}>{wordsOf(item)}</span>
          </li>
        ))}
      </ul>
    </Panel>
  )
}

function Floors({ list }: { list: SlaFloors }) {
  const [chosen, setChosen] = useState(nothingChosen)
  const [isEdited, setEdited] = useState(false)
  const [written, setWritten] = useState<FloorsWritten | null>(null)
  const rows = list.items.filter((row) => chosen.has(row.tenant_id))
  return (
    <div className="stack">
      <ScopeNote scope={list.scope} />
      {written !== null && <Results written={written} />}
      <div id="subsidiaries">
        <Subsidiaries rows={list.items} chosen={chosen} onChosen={setChosen} />
      </div>
      {isEdited ? (
        <FloorEditor
          list={list}
          chosen={rows}
          onKeep={() => setEdited(false)}
          onWritten={(result) => {
            setWritten(result)
            setEdited(false)
            setChosen(nothingChosen)
          }}
        />
      ) : (
        <div>
          <Button onClick={() => setEdited(true)}>{t('floors.choose')}</Button>
        </div>
      )}
    </div>
  )
}

/** The floors that a headquarters set, one row a subsidiary, and one form that sets the floor of several (B8). */
export function FloorsPage() {
  const floors = useRead(['sla-floors'], (frame, signal) =>
    readBody(frame.client.GET('/partner/sla/floors', { signal })),
  )
  return (
    <Page title={t('floors.title')} lead={t('floors.lead')}>
      <Answer query={floors} lines={8}>
        {(list) =>
          list.items.length === 0 ? (
            <div className="stack">
              <ScopeNote scope={list.scope} />
              <div className="list">
                <Empty title={t('floors.none')} text={t('floors.none_text')} />
              </div>
            </div>
          ) : (
            <Floors list={list} />
          )
        }
      </Answer>
    </Page>
  )
}
