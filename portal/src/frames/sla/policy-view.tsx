import { Button, TextInput } from '@mantine/core'
import type { SlaPolicy, SlaTerms } from '@liaison/client'
import { useMemo, useState } from 'react'

import { WriteProblem } from '../../parts/error-summary.tsx'
import { Note, Panel } from '../../parts/page.tsx'
import { useNow } from '../../platform/clock.ts'
import { formatDateTime } from '../../platform/format.ts'
import { showToast } from '../../platform/live.ts'
import { useRead, useWrite } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'
import { useSlaCalls } from './calls.ts'
import { HoursForm } from './hours-form.tsx'
import { Preview } from './preview.tsx'
import { TermsView } from './terms-view.tsx'
import type { People } from './terms-view.tsx'
import { RulesForm, TargetsForm } from './terms-form.tsx'

/** Writes the next version of a policy over the one that was read. */
export type SavePolicy = (body: { terms: SlaTerms; note: string }, etag: string) => Promise<unknown>

type PolicyProps = { policy: SlaPolicy; etag: string | null; tenant: string; save: SavePolicy | null }

/** The names of the people to whom tickets can be given; empty for readers who may not see them. */
function usePeople(isAsked: boolean): People {
  const { people } = useSlaCalls()
  const answer = useRead(['assignees'], (_frame, signal) => people(signal), { enabled: isAsked })
  return useMemo(
    () => new Map((answer.data?.items ?? []).map(({ person_id: id, name }) => [id, name])),
    [answer.data],
  )
}

type EditorProps = PolicyProps & { save: SavePolicy; people: People; onDone: () => void }

function Editor({ policy, etag, tenant, save, people, onDone }: EditorProps) {
  const now = useNow(60_000)
  const [terms, setTerms] = useState(policy.terms)
  const [note, setNote] = useState('')
  const write = useWrite(
    (body: { terms: SlaTerms; note: string }) => save(body, etag ?? ''),
    () => {
      showToast(t('promise.saved', { tenant }))
      onDone()
    },
  )
  return (
    <form
      className="stack"
      onSubmit={(event) => {
        event.preventDefault()
        write.mutate({ terms, note: note.trim() })
      }}
    >
      <WriteProblem error={write.error} />
      <TargetsForm terms={terms} onTerms={setTerms} />
      <div className="halves">
        <HoursForm terms={terms} onTerms={setTerms} />
        <div className="stack">
          <RulesForm terms={terms} onTerms={setTerms} people={people} />
          <Preview terms={terms} now={now} isDraft />
        </div>
      </div>
      <TextInput
        id="note"
        label={t('promise.note')}
        description={t('promise.note_about')}
        required
        minLength={3}
        maxLength={500}
        value={note}
        onChange={(event) => setNote(event.currentTarget.value)}
      />
      <div className="row">
        <Button type="submit" loading={write.isPending}>
          {t('promise.save', { version: policy.version + 1, tenant })}
        </Button>
        <Button variant="default" onClick={onDone}>
          {t('promise.keep')}
        </Button>
      </div>
    </form>
  )
}

function History({ policy }: { policy: SlaPolicy }) {
  if (policy.versions.length === 0) return null
  return (
    <Panel title={t('promise.history')}>
      <ol className="clock-steps">
        {policy.versions.map((version) => (
          <li key={version.version}>
            <span>
              <span className="strong">{t('promise.version', { version: version.version })}</span>:{' '}
              {version.note}
            </span>
            <span className="muted small">
              {t('promise.said_by', {
                name:
                  version.created_by_partner_name === null
                    ? version.created_by_name
                    : t('ticket.author', {
                        name: version.created_by_name,
                        partner: version.created_by_partner_name,
                      }),
                at: formatDateTime(version.created_at),
              })}
            </span>
          </li>
        ))}
      </ol>
    </Panel>
  )
}

/** One policy: what holds, what that means, who changed it when; and, for those who may, a form for the next version. */
export function PolicyView({ policy, etag, tenant, save }: PolicyProps) {
  const [isEdited, setEdited] = useState(false)
  const now = useNow(60_000)
  const needsPeople = policy.may_write || policy.terms.escalate_to.length > 0
  const people = usePeople(needsPeople)
  if (isEdited && save !== null)
    return (
      <Editor
        policy={policy}
        etag={etag}
        tenant={tenant}
        save={save}
        people={people}
        onDone={() => setEdited(false)}
      />
    )
  return (
    <div className="stack">
      {policy.floor_terms !== null && <Note>{t('promise.bound')}</Note>}
      <div className="row">
        <span className="muted">
          {policy.version === 0
            ? t('promise.version_none')
            : t('promise.version', { version: policy.version })}
        </span>
        {policy.may_write && save !== null && (
          <Button variant="default" onClick={() => setEdited(true)}>
            {t('promise.edit')}
          </Button>
        )}
      </div>
      <TermsView terms={policy.effective_terms} people={people} />
      <Preview terms={policy.effective_terms} now={now} />
      <History policy={policy} />
    </div>
  )
}
