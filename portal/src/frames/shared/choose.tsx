import { t } from '../../platform/words.ts'

export type Chosen = ReadonlySet<string>

export const nothingChosen: Chosen = new Set<string>()

/** The choice with one row more, or without it. */
export function withFlipped(chosen: Chosen, id: string): Chosen {
  const next = new Set(chosen)
  if (!next.delete(id)) next.add(id)
  return next
}

/** The choice with all of these rows, or without them when it has them all; what else was chosen, such as on another page, stays. */
export function withAllFlipped(chosen: Chosen, ids: readonly string[]): Chosen {
  const isAll = ids.every((id) => chosen.has(id))
  const next = new Set(chosen)
  for (const id of ids) {
    if (isAll) next.delete(id)
    else next.add(id)
  }
  return next
}

type HeadProps = {
  title: string
  ids: readonly string[]
  chosen: Chosen
  onChosen: (chosen: Chosen) => void
}

/** The head of the first column of rows to choose from, with the box that chooses all of these rows or none of them. */
export function ChooseHead({ title, ids, chosen, onChosen }: HeadProps) {
  const isAll = ids.length > 0 && ids.every((id) => chosen.has(id))
  return (
    <th scope="col">
      <label className="check">
        <input
          type="checkbox"
          aria-label={t('choose.all')}
          checked={isAll}
          onChange={() => onChosen(withAllFlipped(chosen, ids))}
        />
        {title}
      </label>
    </th>
  )
}
