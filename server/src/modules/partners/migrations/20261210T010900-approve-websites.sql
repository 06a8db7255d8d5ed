set role liaison_owner;

alter table partner add column approved_website text;
comment on column partner.approved_website is 'The website that the provider wrote or confirmed last: what whoever decides about the partner is shown. A partner that changes its website changes nothing here.';

-- An entry that nobody changed holds what the provider registered. No version is raised and nothing is announced: no reader's copy is old by it.
alter table partner no force row level security;
alter table partner disable trigger user;
update partner set approved_website = website where version = 1;
alter table partner enable trigger user;
alter table partner force row level security;

-- Whoever keeps the registry approves a website by saving it, even where it stays the same.
create function private.approve_website() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, public
  as $$
begin
  if private.side_of_login() = 'partner' then
    new.approved_website := case when tg_op = 'UPDATE' then old.approved_website end;
  else
    new.approved_website := new.website;
  end if;
  return new;
end
$$;
create trigger approve_website before insert or update of website, approved_website on partner for each row execute function private.approve_website();

grant select (approved_website) on partner to liaison_tenant;

-- A name as the eye takes it, for comparing names of partners with each other: `skeletonOf` of the program, which a test holds to the same.
create function private.look_of(name text) returns text
  language sql immutable strict parallel safe
  set search_path = pg_catalog
  as $$
  select regexp_replace(replace(replace(translate(
      regexp_replace(lower(normalize(name, nfkd) collate "und-x-icu"), '[\u0001-\u001f\u007f-\u009f\u00ad\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u200b-\u200f\u202a-\u202e\u2060-\u206f\u20d0-\u20ff\u2800\u115f\u1160\u3164\ufe00-\ufe0f\ufe20-\ufe2f\ufeff\uffa0]', '', 'g'),
      'аα4сϲԁеε3һіιl1|!јϳкκмոпоοօσ0рρѕ5$тτսυѵνхχу',
      'aaaccdeeehiiiiiijjkkmnnoooooppsssttuuvvxxy'), 'rn', 'm'), 'vv', 'w'), '[^[:alnum:]]', '', 'g')
$$;
-- Whoever writes a partner reckons its place in the index of looks.
grant execute on function private.look_of(text) to liaison_authz, liaison_platform, liaison_program;

reset role;
