import { TextInput } from '@mantine/core'
import { IconSearch } from '@tabler/icons-react'
import { useEffect, useId, useState } from 'react'

import type { Frame } from '../platform/frame.ts'
import { useRead } from '../platform/query.ts'
import { t } from '../platform/words.ts'
import { readTrouble } from '../platform/access-problem.ts'
import { describeTrouble } from './states.tsx'

/** One thing that can be chosen: its id for the server, its name and what tells it apart from namesakes. */
export type Found = { id: string; name: string; about: string }

/** Finds things whose name contains the text. */
export type Find = (frame: Frame, text: string, signal: AbortSignal) => Promise<Found[]>

const shortestText = 2
const typingPauseMs = 250

/** A text once nobody has typed for a moment. */
function useSettled(text: string): string {
  const [settled, setSettled] = useState(text)
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), typingPauseMs)
    return () => clearTimeout(timer)
  }, [text])
  return settled
}

type ResultsProps = { kind: string; find: Find; text: string; onFound: (found: Found) => void }

function Results({ kind, find, text, onFound }: ResultsProps) {
  const results = useRead(['find', kind, text], (frame, signal) => find(frame, text, signal), { keep: true })
  if (results.isError) return <p className="small">{describeTrouble(readTrouble(results.error)).title}</p>
  if (results.data === undefined) return <p className="small muted">{t('state.loading')}</p>
  return (
    <>
      <p className="small muted" role="status">
        {t('finder.count', { count: results.data.length })}
      </p>
      <ul className="found">
        {results.data.map((found) => (
          <li key={found.id}>
            <button type="button" onClick={() => onFound(found)}>
              <span className="strong">{found.name}</span> <span className="muted small">{found.about}</span>
            </button>
          </li>
        ))}
      </ul>
    </>
  )
}

type FinderProps = {
  id: string
  label: string
  /** Names the kind of thing in the cache. */
  kind: string
  find: Find
  chosen: Found | null
  error?: string | undefined
  onChosen: (chosen: Found | null) => void
}

/** Chooses one record by a part of its name, so that nobody types an id by hand. */
export function Finder({ id, label, kind, find, chosen, error, onChosen }: FinderProps) {
  const [typed, setTyped] = useState('')
  const text = useSettled(typed.trim())
  const labelId = useId()
  if (chosen !== null) {
    return (
      <div role="group" aria-labelledby={labelId}>
        <p className="field-label" id={labelId}>
          {label}
        </p>
        <p className="chosen">
          <span>
            <span className="strong">{chosen.name}</span> <span className="muted small">{chosen.about}</span>
          </span>
          <button type="button" className="row-tool" id={id} onClick={() => onChosen(null)}>
            {t('finder.change')}
          </button>
        </p>
      </div>
    )
  }
  return (
    <div className="finder">
      <TextInput
        id={id}
        type="search"
        label={label}
        description={t('finder.about')}
        autoComplete="off"
        value={typed}
        error={error}
        leftSection={<IconSearch size={15} aria-hidden="true" />}
        onChange={(event) => setTyped(event.currentTarget.value)}
      />
      {text.length >= shortestText && <Results kind={kind} find={find} text={text} onFound={onChosen} />}
    </div>
  )
}
