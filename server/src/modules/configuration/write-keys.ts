import type pg from 'pg'
import { CONFIGURATION_KEYS } from './keys.ts'

const WRITE = `
  insert into configuration_key (path, position, rule, default_value, bound, choices)
  select array(select jsonb_array_elements_text(k.path)), k.position, k.rule, coalesce(k."default", 'null'), coalesce(k.bound, 'null'),
    case when jsonb_typeof(k.choices) = 'array' then array(select jsonb_array_elements_text(k.choices)) end
  from jsonb_to_recordset($1::jsonb) k(path jsonb, position integer, rule text, "default" jsonb, bound jsonb, choices jsonb)
  on conflict (path) do update set position = excluded.position, rule = excluded.rule, default_value = excluded.default_value,
    bound = excluded.bound, choices = excluded.choices`

const FORGET = `
  delete from configuration_key c
  where not exists (select from jsonb_array_elements($1::jsonb) k where array(select jsonb_array_elements_text(k -> 'path')) = c.path)`

/** Writes what the code knows about keys into the database and computes every configuration in force anew, within the bounds of today. */
export async function writeConfigurationKeys(pool: pg.Pool): Promise<void> {
  const keys = JSON.stringify(CONFIGURATION_KEYS.map((key, position) => ({ ...key, position })))
  await pool.query(FORGET, [keys])
  await pool.query(WRITE, [keys])
  await pool.query('select access.refresh_configurations()')
}
