import type { TestWorld } from './world.ts'

/** Has the database refuse a statement that deletes more rows of a table than one of bounded work does. */
export async function refuseLongDeletes(world: TestWorld, table: string): Promise<void> {
  await world.sql(`create function refuse_long_${table}() returns trigger language plpgsql as $$
    begin
      if (select count(*) from gone) > 5000 then raise 'one statement deletes too much'; end if;
      return null;
    end $$`)
  await world.sql(
    `create trigger refuse_long after delete on ${table} referencing old table as gone for each statement execute function refuse_long_${table}()`,
  )
}
