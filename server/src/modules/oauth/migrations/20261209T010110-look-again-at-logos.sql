set role liaison_owner;

-- What waits is looked at in the order in which its waiting began; an image that was approved can begin to wait again.
alter table api_client_logo add column waits_since timestamptz;
alter table api_client_logo alter column waits_since set default now();
comment on column api_client_logo.waits_since is 'When it last began to wait for the provider; empty for what was handed in before this was noted, which waits since it was made.';

-- Nobody was ever shown an image that was not approved, so of what was only handed in nothing stays but that it was.
alter table api_client_logo alter column bytes drop not null;
alter table api_client_logo add constraint api_client_logo_kept check (bytes is not null or status in ('refused', 'withdrawn')) not valid;

create function private.keep_logo() returns trigger
  language plpgsql
  set search_path = pg_catalog
  as $$
begin
  if new.status = 'waiting' and old.status = 'approved' then
    new.waits_since := now();
  end if;
  if old.status = 'waiting' and old.decided_at is null and new.status in ('refused', 'withdrawn') then
    new.bytes := null;
  end if;
  return new;
end
$$;
create trigger keep_logo before update on api_client_logo for each row execute function private.keep_logo();

-- A partner that calls a client otherwise lets the provider look once more at the image beside the name; it hides the image by that, and shows none.
create policy look_again on api_client_logo for update to liaison_program using (partner_id = (select access.own_partner()) and status = 'approved') with check (partner_id = (select access.own_partner()) and status = 'waiting');

reset role;
