import KernelInterface
import Testing

@Suite struct GemmTests {
    /// Numbers of rows around a kernel's tile.
    private func rowCounts(_ kernel: GemmKernel) -> [Int] {
        Array(1...kernel.tileRows + 1) + [2 * kernel.tileRows - 1, 2 * kernel.tileRows, 3 * kernel.tileRows + 7]
    }

    @Test func everyRowCountMeetsEveryColumnBoundary() throws {
        for kernel in KernelCoverage.gemm {
            let tile = kernel.tileColumns
            var seed: UInt64 = 100
            for rows in rowCounts(kernel) {
                for columns in [1, tile / 2, tile - 1, tile, tile + 1, 2 * tile + tile / 2 + 1] {
                    for depth in [7, 32] {
                        seed += 1
                        try GemmCase(rows: rows, columns: columns, depth: depth, seed: seed).check(kernel)
                    }
                }
            }
        }
    }

    @Test func everyColumnCountUpToTwoPanels() throws {
        for kernel in KernelCoverage.gemm {
            for columns in 1...2 * kernel.tileColumns {
                try GemmCase(
                    rows: kernel.tileRows,
                    columns: columns,
                    depth: 5,
                    residualZeroPoint: 3,
                    seed: UInt64(columns)
                )
                .check(kernel)
            }
        }
    }

    @Test func everyDepthUpToSeveralGroups() throws {
        for kernel in KernelCoverage.gemm {
            for depth in Array(1...37) + [63, 64, 65, 127, 255, 256, 257, 576, 2_304] {
                for rows in [1, 3, kernel.tileRows, 3 * kernel.tileRows] {
                    try GemmCase(rows: rows, columns: kernel.tileColumns + 3, depth: depth, seed: UInt64(depth))
                        .check(kernel)
                }
            }
        }
    }

    @Test func stridesAreFollowed() throws {
        for kernel in KernelCoverage.gemm {
            for (inputPadding, outputPadding) in [(1, 0), (0, 1), (13, 7), (64, 64), (65, 97)] {
                try GemmCase(
                    rows: kernel.tileRows + 2,
                    columns: kernel.tileColumns + 5,
                    depth: 19,
                    inputPadding: inputPadding,
                    outputPadding: outputPadding,
                    residualZeroPoint: 128,
                    seed: 5
                )
                .check(kernel)
            }
        }
    }

    @Test func zeroPointsClampsAndResiduals() throws {
        for kernel in KernelCoverage.gemm {
            for zeroPoint: Int32 in [0, 1, 100, 128, 254, 255] {
                for (lowest, highest): (Int32, Int32) in [
                    (0, 255), (zeroPoint, 255), (0, zeroPoint), (17, 203), (9, 9),
                ] {
                    for residual: Int32? in [nil, 0, 128, 255] {
                        for rows in [2, kernel.tileRows] {
                            try GemmCase(
                                rows: rows,
                                columns: kernel.tileColumns * 2 - 1,
                                depth: 11,
                                quantization: OutputQuantization(
                                    zeroPoint: zeroPoint,
                                    lowest: lowest,
                                    highest: highest
                                ),
                                residualZeroPoint: residual,
                                seed: UInt64(zeroPoint) + 1
                            )
                            .check(kernel)
                        }
                    }
                }
            }
        }
    }

    /// 255 · 127 twice leaves 16 bits: a kernel that saturates there (`vpmaddubsw`) fails here.
    @Test func extremeProductsDoNotSaturate() throws {
        for kernel in KernelCoverage.gemm {
            for contents: GemmCase.Contents in [.largestProducts, .smallestProducts] {
                for depth in [1, 2, 3, 4, 8, 64, 4_608] {
                    for rows in [1, 2, kernel.tileRows] {
                        try GemmCase(rows: rows, columns: kernel.tileColumns, depth: depth, contents: contents)
                            .check(kernel)
                    }
                }
            }
        }
    }

    /// Results far outside the output's range, infinite or not a number clamp alike everywhere.
    @Test func overflowingResultsClamp() throws {
        for kernel in KernelCoverage.gemm {
            for residual: Int32? in [nil, 100] {
                try GemmCase(
                    rows: kernel.tileRows,
                    columns: kernel.tileColumns,
                    depth: 64,
                    residualZeroPoint: residual,
                    contents: .hugeMultipliers
                )
                .check(kernel)
            }
        }
    }

    @Test func halvesRoundToEven() throws {
        for kernel in KernelCoverage.gemm {
            for zeroPoint: Int32 in [0, 1, 128] {
                for residual: Int32? in [nil, 1] {
                    try GemmCase(
                        rows: kernel.tileRows,
                        columns: kernel.tileColumns,
                        depth: 9,
                        quantization: OutputQuantization(zeroPoint: zeroPoint),
                        residualZeroPoint: residual,
                        contents: .ties
                    )
                    .check(kernel)
                }
            }
        }
    }

    /// Kernels go through large products in chunks that fit a cache: rows must not be lost between two.
    @Test func productsLargerThanACacheChunk() throws {
        for kernel in KernelCoverage.gemm {
            for (rows, columns, depth) in [(31, 40, 9_000), (300, 1_100, 9), (1_100, 33, 64)] {
                for residual: Int32? in [nil, 5] {
                    try GemmCase(rows: rows, columns: columns, depth: depth, residualZeroPoint: residual).check(kernel)
                }
            }
        }
    }

    /// Deeper than any network layer known: kernels that stage a row in fixed memory must still be exact.
    @Test func veryDeepProducts() throws {
        for kernel in KernelCoverage.gemm {
            for depth in [25_088, 32_768, 32_769, 60_003] {
                for rows in [1, 2] {
                    try GemmCase(rows: rows, columns: 3, depth: depth, seed: UInt64(depth)).check(kernel)
                }
            }
        }
    }
}
