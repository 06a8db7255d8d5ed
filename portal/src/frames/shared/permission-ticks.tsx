import { areaTitle, findPermission, isPermission } from '@liaison/access'
import type { PermissionEntry } from '@liaison/access'

/** Permissions as the catalogue's sentences, grouped by area; names that it does not know are left out. */
export function openLines(permissions: readonly string[]): Map<string, PermissionEntry[]> {
  const entries = permissions.filter(isPermission).map((name) => findPermission(name))
  return Map.groupBy(
    entries.filter((entry) => entry !== undefined),
    (entry) => areaTitle(entry.area),
  )
}

type TicksProps = {
  permissions: readonly string[]
  denied: ReadonlySet<string>
  onDenied: (next: Set<string>) => void
}

/** The lines of an access, each to be left in or taken out. */
export function PermissionTicks({ permissions, denied, onDenied }: TicksProps) {
  return [...openLines(permissions)].map(([area, entries]) => (
    <fieldset key={area} className="stack tight">
      <legend>{area}</legend>
      {entries.map((entry) => (
        <label key={entry.name} className="check">
          <input
            type="checkbox"
            checked={!denied.has(entry.name)}
            onChange={(event) => {
              const next = new Set(denied)
              if (event.currentTarget.checked) next.delete(entry.name)
              else next.add(entry.name)
              onDenied(next)
            }}
          />
          {entry.sentence}
        </label>
      ))}
    </fieldset>
  ))
}
