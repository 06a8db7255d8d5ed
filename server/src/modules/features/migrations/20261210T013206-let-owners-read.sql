set role liaison_owner;

-- Of the features that are offered and were chosen, staff of a partner reads over the API which ones are on, and read all of it in SQL.
create policy owners_read on feature_flag as restrictive for select to liaison_program using ((select access.partner_as_owner()) is not null);
create policy owners_read on partner_feature as restrictive for select to liaison_program using ((select access.partner_as_owner()) is not null);

reset role;
