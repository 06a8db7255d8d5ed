import { TextInput } from '@mantine/core'
import { readBody } from '@liaison/client'
import { useState } from 'react'

import { useRead } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'

type PickProps = {
  id: string
  chosen: string
  error?: string | undefined
  onChosen: (id: string, name: string) => void
}

/** Finds a subscriber of the own organisation by name; the list narrows while one types. */
export function SubscriberPick({ id, chosen, error, onChosen }: PickProps) {
  const [search, setSearch] = useState('')
  const wanted = search.trim()
  const found = useRead(
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
  const items = wanted.length >= 2 ? (found.data?.items ?? []) : []
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
      {items.length > 0 && (
        <fieldset className="stack tight">
          <legend>{t('accounts.subscriber')}</legend>
          {items.map((one) => (
            <label key={one.subscriber_id} className="check">
              <input
                type="radio"
                name={id}
                checked={chosen === one.subscriber_id}
                onChange={() => onChosen(one.subscriber_id, one.name)}
              />
              {[one.name, one.city, one.plan].filter((part) => part !== null).join(', ')}
            </label>
          ))}
        </fieldset>
      )}
    </div>
  )
}
