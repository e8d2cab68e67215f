import KernelInterface
import NetworkGraph

/// Places values in one arena so that those alive at the same time never overlap.
///
/// Greedy by size (Pisarchyk and Lee, arXiv 2001.03288, section 5.3): the largest value first, each at the lowest
/// smallest gap among the placed values whose lifetimes meet its own. Network inputs live for the whole run, so a run
/// can be repeated without filling them again.
struct ArenaPlan {
    /// Byte offset of each value that has memory of its own; 0 for the others.
    let offsets: [Int]
    /// Bytes in all, with the slack that kernels may read into.
    let byteCount: Int

    private struct Item {
        var value: Int
        var bytes: Int
        var first: Int
        var last: Int
        var offset = 0
    }

    init(_ network: LoweredNetwork) {
        var items = [Int: Item]()
        func touch(_ value: Int, at step: Int) {
            let root = network.place(of: value).root
            let bytes = network.values[root].shape.elementCount.rounded(upTo: BlobBuilder.alignment)
            var item = items[root] ?? Item(value: root, bytes: bytes, first: step, last: step)
            item.first = min(item.first, step)
            item.last = max(item.last, step)
            items[root] = item
        }
        for (step, node) in network.nodes.enumerated() {
            for value in node.reads + node.outputs { touch(value, at: step) }
        }
        for value in network.inputs {
            touch(value, at: -1)
            touch(value, at: network.nodes.count)
        }
        for value in network.outputs { touch(value, at: network.nodes.count) }

        var placed: [Item] = []
        var end = 0
        for var item in items.values.sorted(by: { ($1.bytes, $0.first, $0.value) < ($0.bytes, $1.first, $1.value) }) {
            item.offset = Self.gap(for: item, among: placed)
            end = max(end, item.offset + item.bytes)
            placed.append(item)
        }
        var offsets = [Int](repeating: 0, count: network.values.count)
        for item in placed { offsets[item.value] = item.offset }
        self.offsets = offsets
        byteCount = end + KernelLimits.overread
    }

    /// The start of the smallest gap that fits between values alive at the same time, or behind them.
    private static func gap(for item: Item, among placed: [Item]) -> Int {
        let alive = placed.filter { $0.first <= item.last && item.first <= $0.last }.sorted { $0.offset < $1.offset }
        var cursor = 0
        var best: (size: Int, offset: Int)?
        for other in alive {
            let size = other.offset - cursor
            if size >= item.bytes, size < best?.size ?? .max { best = (size, cursor) }
            cursor = max(cursor, other.offset + other.bytes)
        }
        return best?.offset ?? cursor
    }
}
