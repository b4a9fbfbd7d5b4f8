import Recompression
import Testing

/// What `gzip` 1.12 made of samples, for machines that have another one or none.
struct GoldenTests {
    /// FNV-1a of `gzip -n -LEVEL <SAMPLE | tail -c +11 | head -c -8` for levels 1 to 9.
    private static let hashes: [(Sample, [UInt64])] = [
        (
            .text,
            [
                0x1fb7_b8a9_90ce_ff88, 0xeaa1_ff49_27f6_3c5f, 0x2ba3_350e_fe18_dc06, 0x97b0_5aea_7290_fd71,
                0xeb27_c4d1_c000_17c3, 0xbcde_100a_bade_5aab, 0x1a96_30aa_0460_eb36, 0xfb9b_c62d_492d_7165,
                0xfb9b_c62d_492d_7165,
            ]
        ),
        (
            .zeros,
            [
                0x2b60_0d8b_4ed3_444a, 0x2b60_0d8b_4ed3_444a, 0x2b60_0d8b_4ed3_444a, 0xb8bb_a11e_d61a_74a2,
                0xb8bb_a11e_d61a_74a2, 0xb8bb_a11e_d61a_74a2, 0xb8bb_a11e_d61a_74a2, 0xb8bb_a11e_d61a_74a2,
                0xb8bb_a11e_d61a_74a2,
            ]
        ),
        (
            .skewed,
            [
                0x8636_c7b3_d86d_186b, 0xc221_039f_8fb2_1e40, 0x95d2_8995_5b46_a2dd, 0xe55b_1ecf_0113_630c,
                0x25ef_4c59_e395_91b8, 0x5d41_b928_3392_052e, 0xdd4b_2a26_b824_2d8f, 0x10a4_7ccf_6ed1_dac0,
                0x0910_5a8d_30d2_9cb9,
            ]
        ),
        (
            .textThenZeros,
            [
                0x306c_4cfb_0684_21c2, 0xd3f3_d222_bc1f_ba74, 0x8ce9_f956_8020_2086, 0x656b_53e8_e61f_f663,
                0xe3fd_5760_4387_2192, 0x7125_49b0_6519_1980, 0x7309_f59f_bd09_4593, 0x66ed_85bd_b785_39d9,
                0x66ed_85bd_b785_39d9,
            ]
        ),
        (
            .farRepetition,
            [
                0x342f_b77d_0fe4_5eab, 0xda51_0ff0_8863_b9a3, 0xda51_0ff0_8863_b9a3, 0x08ed_388f_2087_d778,
                0x08ed_388f_2087_d778, 0x08ed_388f_2087_d778, 0x08ed_388f_2087_d778, 0x08ed_388f_2087_d778,
                0x08ed_388f_2087_d778,
            ]
        ),
        (
            .fewLongMatches,
            [
                0x1ef8_9470_cd4d_aaf4, 0x1ef8_9470_cd4d_aaf4, 0xa575_d4b7_e0d6_9be6, 0x6b7a_d66b_f420_4425,
                0x9959_fcbc_ed47_9e42, 0x9959_fcbc_ed47_9e42, 0x9959_fcbc_ed47_9e42, 0x9959_fcbc_ed47_9e42,
                0x9959_fcbc_ed47_9e42,
            ]
        ),
        (
            .zerosBehind,
            [
                0x7dff_af1c_37fa_a142, 0x8587_8ec0_17d1_5e52, 0x8587_8ec0_17d1_5e52, 0x8ffe_db62_d00b_6ce5,
                0xb86c_8bc8_67a0_88eb, 0xb86c_8bc8_67a0_88eb, 0xb86c_8bc8_67a0_88eb, 0xb86c_8bc8_67a0_88eb,
                0xb86c_8bc8_67a0_88eb,
            ]
        ),
        (
            .mixed,
            [
                0xd17c_6a2b_020c_154b, 0xc36e_f460_3947_66f1, 0xdba9_4189_408a_9cc8, 0xd5e9_f05e_4e01_2d85,
                0x9380_31c5_db34_7760, 0x1ca9_b0ad_c21a_dec4, 0x8364_f40d_b9dd_3f53, 0x7e50_3ed0_c143_51ae,
                0xc890_508b_8211_4537,
            ]
        ),
    ]

    private static func hash(_ bytes: [UInt8]) -> UInt64 {
        bytes.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
    }

    @Test(arguments: hashes)
    func `every level makes what gzip made`(sample: Sample, hashes: [UInt64]) {
        for (level, hash) in zip(1...9, hashes) {
            #expect(Self.hash(Deflate.compress(sample.content, .gzip(level))) == hash, "level \(level)")
        }
    }

    @Test func `small streams are what gzip made`() {
        // printf 'hello hello hello hello\n' | gzip -n -9
        #expect(
            Deflate.compress(Array("hello hello hello hello\n".utf8), .gzip(9))
                == [0xcb, 0x48, 0xcd, 0xc9, 0xc9, 0x57, 0xc8, 0x40, 0x27, 0xb9, 0x00])
        // gzip -n -6 </dev/null
        #expect(Deflate.compress([], .gzip(6)) == [3, 0])
        // printf '\377\001' | gzip -n -1
        #expect(Deflate.compress([0xff, 1], .gzip(1)) == [0xfb, 0xcf, 0x08, 0x00])
    }
}
