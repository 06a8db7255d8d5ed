set role liaison_owner;

-- Who was named decides nothing: an image of a link or a freeze holds the id alone, as those of consents and resales did all along, so
-- that taking a person's name out of the records neither keeps it here nor reads as a change of access.
create or replace function private.keep_past() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, public, pg_temp
  as $$
declare
  left_out constant text[] := array['notes_partner', 'notes_tenant', 'metadata', 'approval_snapshot', 'first_accepted', 'request_message', 'email', 'address', 'updated_at', 'version',
    'approved_by_name', 'set_by_name', 'first_approved_by_name', 'proposed_by_name'];
  was jsonb := to_jsonb(old) - left_out;
  key text;
begin
  if tg_op = 'UPDATE' and was = to_jsonb(new) - left_out then
    return null;
  end if;
  select string_agg(was ->> column_name, ':' order by ordinality) into key from unnest(tg_argv::text[]) with ordinality as c(column_name, ordinality);
  insert into access_past (relation, row_key, tenant_id, partner_id, was)
  values (tg_table_name, key,
    (was ->> case tg_table_name when 'tenant' then 'id' else 'tenant_id' end)::uuid,
    (was ->> case tg_table_name when 'partner' then 'id' else 'partner_id' end)::uuid, was);
  return null;
end
$$;

-- A name may stand within a column of JSON: the setting then says the column, a dot and the member.
create or replace function private.refuse_change() returns trigger
  language plpgsql
  set search_path = pg_catalog, public, pg_temp
  as $$
declare
  erasing text := current_setting('liaison.erased_name', true);
begin
  if (tg_op = 'UPDATE' and erasing <> '' and pg_has_role(session_user, 'liaison_owner', 'member')) then
    if (to_jsonb(new) #- string_to_array(erasing, '.') = to_jsonb(old) #- string_to_array(erasing, '.')
      and to_jsonb(new) #>> string_to_array(erasing, '.') = 'Erased person') then
      return new;
    end if;
  end if;
  raise exception '% on % is refused: its rows are history', tg_op, tg_table_name using errcode = 'restrict_violation';
end
$$;

reset role;
