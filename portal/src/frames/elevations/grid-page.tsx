import { Button } from '@mantine/core'
import { readBody } from '@liaison/client'
import type { AccessGrid } from '@liaison/client'
import { useId, useState } from 'react'

import { useFilters } from '../../parts/filter-bar.tsx'
import { Finder } from '../../parts/finder.tsx'
import type { Found } from '../../parts/finder.tsx'
import { fact, Facts, Note, Page, Panel } from '../../parts/page.tsx'
import { Answer } from '../../parts/states.tsx'
import { TableFrame } from '../../parts/table-frame.tsx'
import { StatusChip } from '../../parts/values.tsx'
import { textField } from '../../platform/filters.ts'
import { formatDate, formatDateTime } from '../../platform/format.ts'
import { useRead } from '../../platform/query.ts'
import { t, tValue } from '../../platform/words.ts'
import { askedFields, readAsked, writeAsked } from '../platform/asked.ts'
import { findPersons, findTenants } from '../platform/finds.ts'

type Change = AccessGrid['changes'][number]
/** Whom, where and when it is asked of stands in the address. */
const spec = { ...askedFields, at: textField() }

type Asked = { readonly person: Found; readonly tenant: Found }

function NameList({ title, names }: { title: string; names: readonly string[] }) {
  if (names.length === 0) return null
  return (
    <p>
      <span className="strong">{title}</span> <span className="mono small">{names.join(', ')}</span>
    </p>
  )
}

function sayChange(change: Change | undefined): string {
  return change === undefined
    ? t('grid.now')
    : t('grid.slide_value', { at: formatDateTime(change.at), what: change.what })
}

type SliderProps = {
  grid: AccessGrid
  at: string | null
  onAt: (at: string | null) => void
}

/** Steps through the moments at which the answer changed; the last place is now. */
function History({ grid, at, onAt }: SliderProps) {
  const id = useId()
  const changes = grid.changes.toReversed()
  const index = at === null ? changes.length : changes.findIndex((change) => change.at === at)
  const chosen = changes[index]
  if (changes.length === 0)
    return <p className="muted">{t('grid.changes_none', { since: formatDate(grid.known_since) })}</p>
  return (
    <div className="stack tight">
      <label htmlFor={id} className="strong">
        {t('grid.slide')}
      </label>
      <input
        id={id}
        type="range"
        min={0}
        max={changes.length}
        step={1}
        value={index}
        aria-valuetext={sayChange(chosen)}
        onChange={(event) => onAt(changes[Number(event.currentTarget.value)]?.at ?? null)}
      />
      <p aria-live="polite">{sayChange(chosen)}</p>
      {chosen && <NameList title={t('grid.gained')} names={chosen.gained} />}
      {chosen && <NameList title={t('grid.lost')} names={chosen.lost} />}
    </div>
  )
}

function Cells({ grid }: { grid: AccessGrid }) {
  return (
    <div className="list">
      <TableFrame
        caption={t('grid.permission')}
        heads={[t('grid.permission'), t('grid.answer'), t('grid.reason')]}
      >
        {grid.cells.map((cell) => (
          <tr key={cell.permission}>
            <td>
              <span className="strong">{cell.sentence}</span>
              <br />
              <span className="mono small muted">
                {cell.permission}
                {cell.sensitive && ` · ${t('elevate.sensitive')}`}
              </span>
            </td>
            <td data-label={t('grid.answer')}>
              <StatusChip family="grid" value={cell.decision} />
            </td>
            <td data-label={t('grid.reason')}>
              {cell.reason}
              {cell.owner !== null && (
                <span className="muted"> {t('explain.owner', { who: tValue('who', cell.owner) })}</span>
              )}
            </td>
          </tr>
        ))}
      </TableFrame>
    </div>
  )
}

function Shown({ grid, at, onAt }: SliderProps) {
  const allowed = grid.cells.filter(({ decision }) => decision === 'allow').length
  return (
    <div className="stack">
      <Panel title={t('grid.when')}>
        <History grid={grid} at={at} onAt={onAt} />
      </Panel>
      <Panel title={t('grid.title', { person: grid.person_name ?? '', tenant: grid.tenant_name ?? '' })}>
        <div className="stack">
          <Facts
            facts={[
              fact(t('grid.partner'), grid.partner_name),
              fact(t('grid.as_of'), at === null ? t('grid.now') : formatDateTime(grid.as_of)),
              fact(t('grid.answer'), t('grid.count', { allowed, all: grid.cells.length })),
            ]}
          />
          <Note tone="off">
            <p className="strong">{t('grid.not_known')}</p>
            <ul>
              {grid.not_known.map((line) => (
                <li key={line}>{line}</li>
              ))}
            </ul>
          </Note>
        </div>
      </Panel>
      <Cells grid={grid} />
    </div>
  )
}

function Grid({ person, tenant, at, onAt }: Asked & Pick<SliderProps, 'at' | 'onAt'>) {
  const grid = useRead(
    ['grid', person.id, tenant.id, at],
    (frame) =>
      readBody(
        frame.client.POST('/admin/partner-access/explain/grid', {
          body: { person_id: person.id, tenant_id: tenant.id, ...(at === null ? {} : { at }) },
        }),
      ),
    { keep: true },
  )
  return <Answer query={grid}>{(data) => <Shown grid={data} at={at} onAt={onAt} />}</Answer>
}

type AskFormProps = { start: ReturnType<typeof readAsked>; onAsk: (asked: Asked) => void }

function AskForm({ start, onAsk }: AskFormProps) {
  const [person, setPerson] = useState(start.person)
  const [tenant, setTenant] = useState(start.tenant)
  const [isTried, setTried] = useState(false)
  return (
    <form
      className="stack tight"
      noValidate
      onSubmit={(event) => {
        event.preventDefault()
        setTried(true)
        if (person !== null && tenant !== null) onAsk({ person, tenant })
      }}
    >
      <Finder
        id="person_id"
        kind="person"
        label={t('ask.person')}
        find={findPersons}
        chosen={person}
        error={isTried && person === null ? t('ask.person_missing') : undefined}
        onChosen={setPerson}
      />
      <Finder
        id="tenant_id"
        kind="tenant"
        label={t('ask.tenant')}
        find={findTenants}
        chosen={tenant}
        error={isTried && tenant === null ? t('ask.tenant_missing') : undefined}
        onChosen={setTenant}
      />
      <div>
        <Button type="submit">{t('grid.ask')}</Button>
      </div>
    </form>
  )
}

/** What somebody can do in a tenant, permission by permission, now or at a moment at which it changed. */
export function GridPage() {
  const { values, set } = useFilters(spec)
  const { person, tenant } = readAsked(values)
  return (
    <Page title={t('nav.grid')} lead={t('grid.lead')}>
      <div className="stack">
        <div className="form">
          <Panel title={t('ask.title')}>
            <AskForm
              key={`${values.person} ${values.tenant}`}
              start={{ person, tenant }}
              onAsk={(asked) => set({ ...writeAsked(asked), at: '' })}
            />
          </Panel>
        </div>
        {person === null || tenant === null ? (
          <p className="muted">{t('grid.nothing')}</p>
        ) : (
          <Grid
            key={`${person.id} ${tenant.id}`}
            person={person}
            tenant={tenant}
            at={values.at === '' ? null : values.at}
            onAt={(at) => set({ at: at ?? '' })}
          />
        )}
      </div>
    </Page>
  )
}
