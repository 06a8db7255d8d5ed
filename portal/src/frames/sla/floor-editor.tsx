import { Button, NativeSelect, TextInput } from '@mantine/core'
import { readBody } from '@liaison/client'
import type { LiaisonClient, SlaFloors, SlaTerms } from '@liaison/client'
import { useState } from 'react'

import { ErrorSummary, WriteProblem } from '../../parts/error-summary.tsx'
import type { FormError } from '../../parts/error-summary.tsx'
import { Note } from '../../parts/page.tsx'
import { useWrite } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'
import { HoursForm } from './hours-form.tsx'
import { RulesForm, TargetsForm } from './terms-form.tsx'

type Written = { terms: SlaTerms; note: string; items: { tenant_id: string; version: number }[] }

function writeFloors(client: LiaisonClient, body: Written) {
  return readBody(client.PUT('/partner/sla/floors', { body }))
}

/** What became of the floor in each subsidiary. */
export type FloorsWritten = Awaited<ReturnType<typeof writeFloors>>

type EditorProps = {
  list: SlaFloors
  chosen: SlaFloors['items']
  onKeep: () => void
  onWritten: (written: FloorsWritten) => void
}

/** Terms that several share name nobody. */
const forSeveral = (terms: SlaTerms): SlaTerms => ({ ...terms, escalate_to: [] })

function BeginPick({ list, onTerms }: Pick<EditorProps, 'list'> & { onTerms: (terms: SlaTerms) => void }) {
  const [from, setFrom] = useState('')
  const withFloor = list.items.filter(({ floor }) => floor !== null)
  if (withFloor.length === 0) return null
  return (
    <NativeSelect
      id="begin"
      label={t('floors.begin')}
      value={from}
      onChange={(event) => {
        const id = event.currentTarget.value
        setFrom(id)
        const found = withFloor.find((row) => row.tenant_id === id)
        onTerms(forSeveral(found?.floor?.terms ?? list.usual_terms))
      }}
    >
      <option value="">{t('floors.begin_usual')}</option>
      {withFloor.map((row) => (
        <option key={row.tenant_id} value={row.tenant_id}>
          {t('floors.begin_of', { tenant: row.tenant_name })}
        </option>
      ))}
    </NativeSelect>
  )
}

/** One floor for all chosen subsidiaries, over the versions that were read. */
export function FloorEditor({ list, chosen, onKeep, onWritten }: EditorProps) {
  const [terms, setTerms] = useState(() => forSeveral(list.usual_terms))
  const [note, setNote] = useState('')
  const [errors, setErrors] = useState<readonly FormError[]>([])
  const write = useWrite((body: Written, { client }) => writeFloors(client, body), onWritten)
  return (
    <form
      className="stack"
      aria-label={t('floors.choose')}
      onSubmit={(event) => {
        event.preventDefault()
        setErrors(chosen.length === 0 ? [{ field: 'subsidiaries', text: t('floors.missing') }] : [])
        if (chosen.length === 0) return
        const items = chosen.map((row) => ({ tenant_id: row.tenant_id, version: row.floor?.version ?? 0 }))
        write.mutate({ terms, note: note.trim(), items })
      }}
    >
      <ErrorSummary errors={errors} />
      <WriteProblem error={write.error} />
      <Note tone="off">
        <p>{t('floors.nobody')}</p>
      </Note>
      <BeginPick list={list} onTerms={setTerms} />
      <TargetsForm terms={terms} onTerms={setTerms} />
      <div className="halves">
        <HoursForm terms={terms} onTerms={setTerms} />
        <RulesForm terms={terms} onTerms={setTerms} people={null} />
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
          {t('floors.set', { count: chosen.length })}
        </Button>
        <Button variant="default" onClick={onKeep}>
          {t('floors.keep')}
        </Button>
      </div>
    </form>
  )
}
