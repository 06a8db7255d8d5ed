import type { LinkCheck } from '@liaison/client'
import { IconCheck, IconX } from '@tabler/icons-react'

import { Panel } from '../../parts/page.tsx'
import { Answer } from '../../parts/states.tsx'
import type { Readable } from '../../parts/states.tsx'
import { t } from '../../platform/words.ts'

/** Who gets in under a link now, person by person, with the first thing in the way of the others. */
export function CheckPanel({ query }: { query: Readable<LinkCheck> }) {
  return (
    <Panel title={t('check.title')}>
      <Answer query={query} lines={2}>
        {({ people }) =>
          people.length === 0 ? (
            <p className="muted">{t('check.none')}</p>
          ) : (
            <ul className="can">
              {people.map((person) => (
                <li key={person.person_id}>
                  {person.opens ? (
                    <IconCheck size={16} aria-hidden="true" />
                  ) : (
                    <IconX size={16} aria-hidden="true" />
                  )}
                  <span>{person.sentence}</span>
                </li>
              ))}
            </ul>
          )
        }
      </Answer>
    </Panel>
  )
}
