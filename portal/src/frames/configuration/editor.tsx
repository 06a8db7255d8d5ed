import { Button, TextInput } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { readBody } from '@liaison/client'
import type { ConfigurationComparison, ConfigurationInForce, ConfigurationKey } from '@liaison/client'
import { useMemo, useState } from 'react'

import { WriteProblem } from '../../parts/error-summary.tsx'
import { Note, Panel } from '../../parts/page.tsx'
import { Bones } from '../../parts/states.tsx'
import { readTrouble } from '../../platform/access-problem.ts'
import { useMay } from '../../platform/frame.ts'
import { showToast } from '../../platform/live.ts'
import { useRead, useWrite } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'
import { Differences } from './differences.tsx'
import { groupsOf, pathOf, toDocument, toDraft, valueIn, withValue } from './draft.ts'
import type { Section, Value } from './draft.ts'
import { Field } from './field.tsx'
import { faultAt, LookPart } from './look-part.tsx'
import type { Faults, PartProps } from './look-part.tsx'

type EditorProps = {
  keys: readonly ConfigurationKey[]
  /** Whether the partner has users of its own; the keys about them are shown only then. */
  isWhiteLabel: boolean
  /** The sections that can be changed here, in order; what the document says beside them stays as it is. */
  parts: readonly [Section, ...Section[]]
  inForce: ConfigurationInForce
  partnerName: string
  start: unknown
  onSaved: (version: number) => void
}

function asValue(value: unknown): Value | undefined {
  if (value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
    return value
  return Array.isArray(value) ? value.map(String) : undefined
}

/** The comparison of the draft with what is in force, as the server makes it, a moment after the last key. */
function usePreview(partnerId: string, document: Readonly<Record<string, unknown>>) {
  const [settled] = useDebouncedValue(JSON.stringify(document), 400)
  return useRead(
    ['configuration', partnerId, 'preview', settled],
    (frame, signal) =>
      readBody(
        frame.client.POST('/admin/partners/{partner_id}/configuration/preview', {
          params: { path: { partner_id: partnerId } },
          body: { document: JSON.parse(settled) },
          signal,
        }),
      ),
    { keep: true },
  )
}

function faultsOf(error: Error | null): Faults {
  const trouble = error === null ? null : readTrouble(error)
  if (trouble === null || !('problem' in trouble)) return new Map()
  return new Map(
    trouble.problem.content.errors.map(({ pointer, detail }) => [
      pointer.replace('/body/document/', ''),
      detail,
    ]),
  )
}

type TabsProps = {
  shown: readonly Section[]
  section: Section
  faults: Faults
  onSection: (section: Section) => void
}

function Tabs({ shown, section, faults, onSection }: TabsProps) {
  return (
    <div className="row config-sections" role="group" aria-label={t('config.section')}>
      {shown.map((one) => {
        const count = [...faults.keys()].filter((path) => path.startsWith(`${one}/`)).length
        return (
          <button
            key={one}
            type="button"
            className="config-section"
            aria-pressed={one === section}
            onClick={() => onSection(one)}
          >
            {t(`config.section.${one}`)}
            {count > 0 && ` (${count})`}
          </button>
        )
      })}
    </div>
  )
}

function Fields({ keys, section, draft, inForce, faults, mayWrite, onDraft }: PartProps) {
  return groupsOf(keys, section).map((group) => (
    <Panel key={group.title ?? section} title={group.title ?? t(`config.section.${section}`)}>
      <div className="config-fields">
        {group.keys.map(({ key, label }) => {
          const path = pathOf(key)
          return (
            <Field
              key={path}
              field={key}
              label={label}
              now={asValue(valueIn(inForce.effective, key.path))}
              value={draft[path]}
              fault={faultAt(faults, path)}
              mayWrite={mayWrite}
              onValue={(value) => onDraft(withValue(draft, path, value))}
            />
          )
        })}
      </div>
    </Panel>
  ))
}

function Changes({
  faults,
  comparison,
}: {
  faults: Faults
  comparison: ConfigurationComparison | undefined
}) {
  const shown = comparison ? <Differences comparison={comparison} /> : <Bones lines={2} />
  return (
    <Panel title={t('config.changes')}>
      <div className="stack tight" aria-live="polite">
        {faults.size === 0 ? (
          shown
        ) : (
          <Note tone="bad">
            <p>{t('config.changes_faults')}</p>
          </Note>
        )}
      </div>
    </Panel>
  )
}

type SaveProps = {
  note: string
  error: Error | null
  isBusy: boolean
  onNote: (note: string) => void
  onDiscard: () => void
}

function SaveParts({ note, error, isBusy, onNote, onDiscard }: SaveProps) {
  return (
    <div className="stack form">
      <WriteProblem error={error} />
      <TextInput
        id="note"
        label={t('config.note')}
        maxLength={500}
        value={note}
        onChange={(event) => onNote(event.currentTarget.value)}
      />
      <div className="row">
        <Button type="submit" loading={isBusy}>
          {t('config.save')}
        </Button>
        <Button variant="default" onClick={onDiscard}>
          {t('config.discard')}
        </Button>
      </div>
    </div>
  )
}

/** Saves what the form says as the next version, drafted from the one in force as it was read. */
function useSave(
  { partner_id: partnerId, active_version: active }: EditorProps['inForce'],
  onSaved: (version: number) => void,
) {
  return useWrite(
    (wanted: { document: Readonly<Record<string, unknown>>; note: string }, frame) =>
      readBody(
        frame.client.POST('/admin/partners/{partner_id}/configuration/versions', {
          params: { path: { partner_id: partnerId } },
          body: {
            document: wanted.document,
            based_on: active ?? 0,
            ...(wanted.note === '' ? {} : { note: wanted.note }),
          },
        }),
      ),
    ({ version }) => {
      showToast(t('config.saved', { version }))
      onSaved(version)
    },
  )
}

/** The form of the next version: every key with what holds now, the difference as it arises, and the note with which it is saved. */
export function Editor({ keys, isWhiteLabel, parts, inForce, partnerName, start, onSaved }: EditorProps) {
  const first = useMemo(() => toDraft(keys, start), [keys, start])
  const [draft, setDraft] = useState(first)
  const [section, setSection] = useState(parts[0])
  const [note, setNote] = useState('')
  const mayWrite = useMay('platform.configuration.manage')
  const document = toDocument(keys, draft)
  const preview = usePreview(inForce.partner_id, document)
  const write = useSave(inForce, onSaved)
  const faults = faultsOf(write.error ?? preview.error)
  const shownKeys = keys.filter(({ affects }) => isWhiteLabel || affects !== 'end_users')
  const shown = parts.filter((one) => shownKeys.some((key) => key.path[0] === one))
  const part = { keys: shownKeys, section, draft, inForce, faults, mayWrite, onDraft: setDraft }
  return (
    <form
      className="stack"
      noValidate
      onSubmit={(event) => {
        event.preventDefault()
        write.mutate({ document, note: note.trim() })
      }}
    >
      <p className="muted">{t('config.lead')}</p>
      {shown.length > 1 && <Tabs shown={shown} section={section} faults={faults} onSection={setSection} />}
      {section === 'branding' ? <LookPart {...part} name={partnerName} /> : <Fields {...part} />}
      <Changes faults={faults} comparison={preview.data} />
      {mayWrite && (
        <SaveParts
          note={note}
          error={write.error}
          isBusy={write.isPending}
          onNote={setNote}
          onDiscard={() => setDraft(first)}
        />
      )}
    </form>
  )
}
