/// A matrix product from a network.
struct GemmShape: Sendable {
    let rows, depth, columns: Int
    let place: String
    var residual = false

    var macs: Int { rows * depth * columns }

    var name: String { "\(rows)x\(depth)x\(columns)" + (residual ? "+add" : "") }

    static let all = [
        GemmShape(rows: 3136, depth: 64, columns: 256, place: "resnet50 stage 1, 1x1 expand"),
        GemmShape(rows: 3136, depth: 64, columns: 256, place: "resnet50 stage 1, 1x1 expand", residual: true),
        GemmShape(rows: 3136, depth: 576, columns: 64, place: "resnet50 stage 1, 3x3"),
        GemmShape(rows: 784, depth: 512, columns: 128, place: "resnet50 stage 2, 1x1 reduce"),
        GemmShape(rows: 784, depth: 128, columns: 512, place: "resnet50 stage 2, 1x1 expand", residual: true),
        GemmShape(rows: 196, depth: 2304, columns: 256, place: "resnet50 stage 3, 3x3"),
        GemmShape(rows: 196, depth: 256, columns: 1024, place: "resnet50 stage 3, 1x1 expand", residual: true),
        GemmShape(rows: 49, depth: 2048, columns: 512, place: "resnet50 stage 4, 1x1 reduce"),
        GemmShape(rows: 49, depth: 4608, columns: 512, place: "resnet50 stage 4, 3x3"),
        GemmShape(rows: 1, depth: 2048, columns: 1000, place: "resnet50 classifier"),
        GemmShape(rows: 12544, depth: 147, columns: 64, place: "resnet50 stem, 7x7"),
        GemmShape(rows: 784, depth: 58, columns: 58, place: "shufflenet_v2_x1_0 stage 2, 1x1"),
        GemmShape(rows: 3136, depth: 24, columns: 144, place: "mobilenet_v2, 1x1 expand"),
        GemmShape(rows: 196, depth: 1152, columns: 32, place: "densenet121 block 3, 3x3"),
        GemmShape(rows: 7, depth: 512, columns: 512, place: "a seventh of a 7x7 layer"),
    ]
}
