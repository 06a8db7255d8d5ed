import { Checkbox } from '@mantine/core'
import type { PartnerMember } from '@liaison/client'

import { withFlipped } from './choose.tsx'
import type { Chosen } from './choose.tsx'

type PeopleTicksProps = {
  people: readonly PartnerMember[]
  describe: (person: PartnerMember) => string
  chosen: Chosen
  onChosen: (chosen: Chosen) => void
}

/** People of the partner to choose from, each with a word about who that is. */
export function PeopleTicks({ people, describe, chosen, onChosen }: PeopleTicksProps) {
  return (
    <div className="cards-of">
      {people.map((person) => (
        <Checkbox
          key={person.member_id}
          label={person.name}
          description={describe(person)}
          checked={chosen.has(person.member_id)}
          onChange={() => onChosen(withFlipped(chosen, person.member_id))}
        />
      ))}
    </div>
  )
}
