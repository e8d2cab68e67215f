#!/usr/bin/env python3
"""Trains the small networks this folder's test quantizes, and writes them and the images.

Run once, by hand, where torch and scikit-learn are installed; what it writes is committed:

    python train_digits.py FOLDER

digits.npy     uint8 [1797][65]: 64 pixels of 0..16, then the class. Every network sees images of 16 x 16, each pixel
               four times, as (pixel - 8) / 8. Rows with index % 5 < 2 are the test set (719), the others train (1078).
resnet.onnx    residual blocks, batch normalization behind each convolution (the exporter folds it)
densenet.onnx  dense blocks with batch normalization and ReLU in front of each convolution, and behind the last
mobilenet.onnx inverted residual blocks with depthwise convolutions and ReLU6
"""
import sys
from pathlib import Path

import numpy as np
import torch
from sklearn.datasets import load_digits
from torch import nn
from torch.nn import functional


class Residual(nn.Module):
    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU(),
            nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False), nn.BatchNorm2d(outputs))
        self.shortcut = nn.Identity() if stride == 1 and inputs == outputs else nn.Sequential(
            nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs))

    def forward(self, x):
        return functional.relu(self.body(x) + self.shortcut(x))


class Dense(nn.Module):
    def __init__(self, inputs, growth):
        super().__init__()
        self.body = nn.Sequential(
            nn.BatchNorm2d(inputs), nn.ReLU(), nn.Conv2d(inputs, 2 * growth, 1, bias=False),
            nn.BatchNorm2d(2 * growth), nn.ReLU(), nn.Conv2d(2 * growth, growth, 3, 1, 1, bias=False))

    def forward(self, x):
        return torch.cat([x, self.body(x)], 1)


class Inverted(nn.Module):
    def __init__(self, inputs, outputs, stride):
        super().__init__()
        wide = 4 * inputs
        self.adds = stride == 1 and inputs == outputs
        self.body = nn.Sequential(
            nn.Conv2d(inputs, wide, 1, bias=False), nn.BatchNorm2d(wide), nn.ReLU6(),
            nn.Conv2d(wide, wide, 3, stride, 1, groups=wide, bias=False), nn.BatchNorm2d(wide), nn.ReLU6(),
            nn.Conv2d(wide, outputs, 1, bias=False), nn.BatchNorm2d(outputs))

    def forward(self, x):
        return x + self.body(x) if self.adds else self.body(x)


def head(channels):
    return [nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(channels, 10)]


def resnet():
    return nn.Sequential(
        nn.Conv2d(1, 8, 3, 1, 1, bias=False), nn.BatchNorm2d(8), nn.ReLU(), Residual(8, 8, 1), Residual(8, 16, 2),
        Residual(16, 16, 1), Residual(16, 32, 2), *head(32))


def densenet():
    layers, channels = [nn.Conv2d(1, 8, 3, 1, 1, bias=False)], 8
    for block in range(3):
        for _ in range(4):
            layers.append(Dense(channels, 6))
            channels += 6
        if block < 2:
            layers += [nn.BatchNorm2d(channels), nn.ReLU(), nn.Conv2d(channels, channels // 2, 1, bias=False),
                       nn.AvgPool2d(2)]
            channels //= 2
    return nn.Sequential(*layers, nn.BatchNorm2d(channels), nn.ReLU(), *head(channels))


def mobilenet():
    return nn.Sequential(
        nn.Conv2d(1, 8, 3, 1, 1, bias=False), nn.BatchNorm2d(8), nn.ReLU6(), Inverted(8, 8, 1), Inverted(8, 12, 2),
        Inverted(12, 12, 1), Inverted(12, 16, 2), Inverted(16, 16, 1), *head(16))


def main(folder):
    images, classes = load_digits(return_X_y=True)
    digits = np.concatenate([images, classes[:, None]], axis=1).astype(np.uint8)
    np.save(folder / "digits.npy", digits)
    x = torch.tensor((digits[:, :64].astype(np.float32).reshape(-1, 1, 8, 8) - 8) / 8)
    x = x.repeat_interleave(2, 2).repeat_interleave(2, 3)
    y = torch.tensor(digits[:, 64].astype(np.int64))
    is_test = torch.arange(len(x)) % 5 < 2
    for make, epochs in [(resnet, 12), (densenet, 14), (mobilenet, 16)]:
        torch.manual_seed(1)
        model = make()
        optimizer = torch.optim.AdamW(model.parameters(), lr=4e-3, weight_decay=1e-2)
        train = torch.nonzero(~is_test)[:, 0]
        schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 8e-3, total_steps=epochs * (len(train) // 64 + 1))
        for _ in range(epochs):
            model.train()
            for batch in train[torch.randperm(len(train))].split(64):
                optimizer.zero_grad()
                functional.cross_entropy(model(x[batch]), y[batch]).backward()
                optimizer.step()
                schedule.step()
        model.eval()
        with torch.no_grad():
            accuracy = (model(x[is_test]).argmax(1) == y[is_test]).float().mean().item()
        path = folder / f"{make.__name__}.onnx"
        torch.onnx.export(model, (x[:1],), str(path), dynamo=False, opset_version=17, input_names=["image"],
                          output_names=["scores"], dynamic_axes={"image": {0: "N"}, "scores": {0: "N"}})
        print(f"{make.__name__}: {100 * accuracy:.2f} %, {path.stat().st_size} bytes")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
