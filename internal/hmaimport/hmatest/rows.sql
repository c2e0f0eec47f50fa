-- Invented rows: first what every HMA has, then what none should have.
insert into exchange (id, name, api_cls, fetching_enabled, typed_config) values
    (1, 'NCMEC_INDUSTRY', 'ncmec', true, '{"name": "NCMEC_INDUSTRY", "api": "ncmec", "enabled": true, "environment": "https://exttest.cybertip.org/hashsharing", "only_esp_ids": [3, 1]}'),
    (2, 'SEED_SAMPLE', 'sample', false, '{"name": "SEED_SAMPLE", "api": "sample", "enabled": false}'),
    (3, 'RENAMED', 'stop_ncii', true, '{"name": "RENAMED", "api": "stop_ncii", "enabled": true}'),
    (4, 'RANDOM', 'infinite_random', true, '{"name": "RANDOM", "api": "infinite_random", "enabled": true}'),
    (5, 'NO_GROUP', 'fb_threatexchange', true, '{"name": "NO_GROUP", "api": "fb_threatexchange", "enabled": true, "privacy_group": "123"}'),
    (6, E'bad \x1b[31m name', 'sample', true, '{}');
insert into exchange_api_config (id, api, default_credentials_json) values
    (1, 'ncmec', '{"user": "heron", "password": "not-a-real-password"}'),
    (2, 'stop_ncii', '{}'),
    (3, 'infinite_random', '{"token": "not-a-real-token"}'),
    (4, 'tat', '{"username": "heron"}');
insert into exchange_fetch_status (collab_id, is_up_to_date, checkpoint_ts, checkpoint_json) values (1, true, 1700000000, '{"get_entries_max_ts": 1700000000}');
insert into signal_type_override (id, name, enabled_ratio) values (1, 'pdq', 0.5), (2, 'vpdq', 1), (3, 'video_md5', -2), (4, 'video_sha256', 1);
insert into signal_index (signal_type, signal_count, updated_to_id, updated_to_ts) values ('pdq', 3, 3, 1700000000);

insert into bank (id, name, enabled_ratio, import_from_exchange_id) values
    (1, 'POSTERS', 1, null),
    (2, 'NCMEC_INDUSTRY', 0.25, 1),
    (3, 'SEED_SAMPLE', 0, 2),
    (4, 'NEW_NAME', 1, 3),
    (5, 'TOO_MUCH', 7.5, null),
    (6, 'NOT_A_NUMBER', 'nan', null),
    (7, E'no "bank" \x1b[2J name', 1, null),
    (8, 'GOOD_PICTURES', 1, null),
    (9, 'EMPTY', -1, null);

insert into exchange_data (id, collab_id, fetch_id, pickled_fetch_signal_metadata) values
    (1, 1, '42-image1', '\x80049511000000'), (2, 2, $$('pdq', 'f8f8f0cee0f4a84f06370a22038f63f0b36e2ed596621e1d33e6b39c4e9c9b22')$$, null), (3, 2, repeat('x', 20000), null);

insert into bank_content (id, bank_id, imported_from_id, disable_until_ts, original_content_uri, bank_content_metadata, note) values
    (1, 1, null, 1, null, '{"content_id": "post-17", "content_uri": "https://example.com/17?a=1&b=<2>", "json": {"a": {}, "n": 1.50}}', 'seen twice'),
    (2, 1, null, 0, 'https://example.com/2', 'null', null),
    (3, 1, null, 1900000000, 'https://example.com/3', '{"content_id": "three", "content_uri": "https://example.com/own"}', ''),
    (4, 2, 1, 1, null, null, null),
    (5, 3, 2, 1, null, null, null),
    (6, 3, 3, 1, null, '{"json": null}', null),
    (10, 1, null, -7, null, '[1]', E'two\nlines\tand \x1b[31m colour'),
    (11, 1, null, 2147483647, null, '{"content_id": 5, "content_uri": null, "json": [1], "more": true, "collab": {"A": ["b"]}}', null),
    (12, 1, null, 1, null, ('{"content_id": "twelve", "json": {"long": "' || repeat('y', 20000) || '"}}')::json, null),
    (13, 1, null, 1, repeat('z', 100000), ('{"content_id": "' || repeat('y', 70000) || '"}')::json, repeat('ä', 255)),
    (14, 1, null, 1, null, '{"content_id": "a\u0000b", "json": {"c": "\ud800"}}', null),
    (15, 1, null, 1, null, (repeat('{"json":', 1500) || '1' || repeat('}', 1500))::json, null),
    (16, 1, null, 1, null, null, null),
    (17, 1, null, 1, null, null, 'no signals'),
    (18, 7, null, 1, null, null, null),
    (19, 8, null, 1, null, null, null),
    (20, 1, null, 1, null, null, null),
    (21, 5, null, 1, null, null, null),
    (22, 6, null, 1, null, null, null),
    (2147483647, 1, null, 1, null, null, 'the last id there is'),
    (-5, 1, null, 1, null, null, 'an id that is no number of an entry');

insert into content_signal (content_id, signal_type, signal_val, create_time) values
    (1, 'pdq', 'f8f8f0cee0f4a84f06370a22038f63f0b36e2ed596621e1d33e6b39c4e9c9b22', '2023-11-14 22:13:20.123456+00'),
    (1, 'video_md5', '900150983cd24fb0d6963f7d28e17f72', '2023-11-14 22:13:20+00'),
    (2, 'video_sha256', 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad', '2023-11-14 22:13:21+00'),
    (3, 'pdq', '0000000000000000000000000000000000000000000000000000000000000003', '2023-11-14 22:13:22+00'),
    (4, 'pdq', '0000000000000000000000000000000000000000000000000000000000000004', '2023-11-14 22:13:23+00'),
    (5, 'pdq', '0000000000000000000000000000000000000000000000000000000000000005', '2023-11-14 22:13:24+00'),
    (6, 'pdq', '0000000000000000000000000000000000000000000000000000000000000006', '2023-11-14 22:13:25+00'),
    (10, 'pdq', E'0000000000000000000000000000000000000000000000000000000000000010\n', '2023-11-14 22:13:26+00'),
    (11, 'video_md5', 'AB091CD6709B8C2F8510CC64A6E15223', '2023-11-14 22:13:27+00'),
    (12, 'pdq', 'zzzz', '2023-11-14 22:13:28+00'),
    (12, 'video_md5', '00000000000000000000000000000012', '2023-11-14 22:13:28+00'),
    (13, 'pdq', '0000000000000000000000000000000000000000000000000000000000000013', 'infinity'),
    (14, 'pdq', '0000000000000000000000000000000000000000000000000000000000000014', '-infinity'),
    (15, 'pdq', '0000000000000000000000000000000000000000000000000000000000000015', '1901-01-01 00:00:00+00'),
    (16, 'pdq', repeat('f', 1000000), '2023-11-14 22:13:29+00'),
    (16, 'vpdq', '["f8f8,100,0.0"]', '2023-11-14 22:13:29+00'),
    (16, E'odd \x1b[31m type', 'x', '2023-11-14 22:13:29+00'),
    (18, 'pdq', '0000000000000000000000000000000000000000000000000000000000000018', '2023-11-14 22:13:30+00'),
    (19, 'pdq', '0000000000000000000000000000000000000000000000000000000000000019', '2023-11-14 22:13:31+00'),
    (20, 'pdq', '', '2023-11-14 22:13:32+00'),
    (20, 'vpdq', '[]', '2023-11-14 22:13:32+00'),
    (20, 'video_md5', '00000000000000000000000000000020', '2023-11-14 22:13:32+00'),
    (21, 'pdq', '0000000000000000000000000000000000000000000000000000000000000021', '2023-11-14 22:13:33+00'),
    (22, 'pdq', '0000000000000000000000000000000000000000000000000000000000000022', '2023-11-14 22:13:34+00'),
    (2147483647, 'pdq', '0000000000000000000000000000000000000000000000000000000000000099', '2023-11-14 22:13:35+00'),
    (-5, 'pdq', '0000000000000000000000000000000000000000000000000000000000000098', '2023-11-14 22:13:36+00');
