import { TextInput } from '@mantine/core'
import { readBody } from '@liaison/client'
import { useState } from 'react'

import { useRead } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'

type Candidate = { subscriber_id: string; name: string; city: string | null; plan: string | null }

type PickProps = {
  id: string
  chosen: string
  error?: string | undefined
  onChosen: (id: string, name: string) => void
}

function useCandidates(wanted: string) {
  return useRead(
    ['account-candidates', wanted],
    (frame, signal) =>
      readBody(
        frame.client.GET('/tenant/partner-access/accounts/candidates', {
          params: { query: { search: wanted } },
          signal,
        }),
      ),
    { enabled: wanted.length >= 2, keep: true },
  )
}

/** Finds a subscriber of the own organisation by name; the list narrows while one types, and the chosen one stays in it. */
export function SubscriberPick({ id, chosen, error, onChosen }: PickProps) {
  const [search, setSearch] = useState('')
  const [held, setHeld] = useState<Candidate | null>(null)
  const wanted = search.trim()
  const found = useCandidates(wanted)
  const items = wanted.length >= 2 ? (found.data?.items ?? []) : []
  const isAway = items.every((one) => one.subscriber_id !== chosen)
  const shown = held !== null && held.subscriber_id === chosen && isAway ? [held, ...items] : items
  return (
    <div className="stack tight">
      <TextInput
        id={`${id}-search`}
        label={t('accounts.search')}
        description={t('accounts.search_help')}
        value={search}
        error={error}
        onChange={(event) => setSearch(event.currentTarget.value)}
      />
      {wanted.length >= 2 && found.data && items.length === 0 && (
        <p className="muted" role="status">
          {t('accounts.nobody')}
        </p>
      )}
      {shown.length > 0 && (
        <fieldset className="stack tight">
          <legend>{t('accounts.subscriber')}</legend>
          {shown.map((one) => (
            <label key={one.subscriber_id} className="check">
              <input
                type="radio"
                name={id}
                checked={chosen === one.subscriber_id}
                onChange={() => {
                  setHeld(one)
                  onChosen(one.subscriber_id, one.name)
                }}
              />
              {[one.name, one.city, one.plan].filter((part) => part !== null).join(', ')}
            </label>
          ))}
        </fieldset>
      )}
    </div>
  )
}
